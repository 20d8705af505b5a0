from .approvals.approver import approve_by_flag as approve_by_flag
from .engine.run_service import Parts as Parts
from .engine.run_service import RunService as RunService
from .engine.wiring import open_service as open_service
from .records.outcome import RunOutcome as RunOutcome
from .runtime.settings import Settings as Settings
from .runtime.settings import load_settings as load_settings
