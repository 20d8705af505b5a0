"""Compiled kernels of the system twin; see `twins.system.kernel.timeline` for the order of things in a TTI."""
