from .approver import approve_by_flag as approve_by_flag
from .outcome import RunOutcome as RunOutcome
from .run import Parts as Parts
from .run import RunService as RunService
from .settings import Settings as Settings
from .settings import load_settings as load_settings
from .wiring import open_service as open_service
