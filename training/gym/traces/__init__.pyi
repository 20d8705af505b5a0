from .row import TraceRow as TraceRow
