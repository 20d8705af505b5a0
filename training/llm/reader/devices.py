"""One device or many: what the training needs of Hugging Face accelerate.

Started alone, a training uses the GPU if there is one, else the CPU. Under `accelerate launch` or `torchrun` each process has its
device; with FSDP or DeepSpeed ZeRO-3 (deploy/training/) weights and optimizer are sharded over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_STATE: Final = "state"


class Devices:
    """The devices of a training, seen from one process."""

    def __init__(self, accumulate: int) -> None:
        import torch
        from accelerate import Accelerator

        cpu = not torch.accelerator.is_available()
        self._accelerator: Any = Accelerator(cpu=cpu, gradient_accumulation_steps=accumulate, mixed_precision="bf16")
        self.count: int = self._accelerator.num_processes
        self.number: int = self._accelerator.process_index
        self.is_main: bool = self._accelerator.is_main_process
        self.accumulate = accumulate
        kind = str(self._accelerator.distributed_type.value)
        self.is_sharded = kind in ("FSDP", "DEEPSPEED")
        if kind == "DEEPSPEED":
            # Batches hold tokens, not a fixed number of texts, so there is no data loader from which DeepSpeed could tell this.
            self._accelerator.state.deepspeed_plugin.deepspeed_config["train_micro_batch_size_per_gpu"] = 1

    @classmethod
    def with_main_first(cls, accumulate: int, make: Callable[[], Path]) -> tuple[Devices, Path]:
        """Return the devices and what `make` makes, which the main process does before the others look at it."""
        devices = cls(accumulate)
        with devices._accelerator.main_process_first():
            return devices, make()

    @property
    def device(self) -> Any:
        """The device of this process."""
        return self._accelerator.device

    @property
    def steps_now(self) -> bool:
        """Whether the batch at hand is the last of its step."""
        return bool(self._accelerator.sync_gradients)

    def prepare(self, model: Any, optimizer: Any) -> tuple[Any, Any]:
        """Return both as they are used on these devices."""
        prepared: tuple[Any, Any] = self._accelerator.prepare(model, optimizer)
        return prepared

    @contextmanager
    def batch(self, model: Any) -> Iterator[None]:
        """Within it one batch goes forward and backward; gradients are exchanged at the last one of a step."""
        with self._accelerator.accumulate(model):
            yield

    def backward(self, loss: Any) -> None:
        """Add the gradients of a loss, a share of the step's; the sum over batches and devices is what is stepped along."""
        # accelerate divides by the batches of a step, and the exchange by the devices.
        self._accelerator.backward(loss * (self.accumulate * self.count))

    def clip(self, weights: list[Any], norm: float) -> None:
        """Limit the norm of the gradients."""
        self._accelerator.clip_grad_norm_(weights, norm)

    def sums(self, *values: float) -> list[float]:
        """Return the sum of each value over all devices."""
        if self.count == 1:
            return list(values)
        import torch

        together = self._accelerator.reduce(torch.tensor(values, device=self.device, dtype=torch.float32), "sum")
        return [float(value) for value in together]

    def wait(self) -> None:
        """Wait for all processes."""
        self._accelerator.wait_for_everyone()

    def whole(self, model: Any) -> tuple[Any, Any]:
        """Return the model without its wrapping and, if it is sharded, its gathered weights (of the main process)."""
        weights = self._accelerator.get_state_dict(model) if self.is_sharded else None
        return self._accelerator.unwrap_model(model), weights

    def save_shards(self, folder: Path) -> None:
        """Write what is sharded, each process its own."""
        self._accelerator.save_state(str(folder / _STATE))

    def load_shards(self, folder: Path) -> None:
        """Take over what `save_shards` has written."""
        self._accelerator.load_state(str(folder / _STATE))
