from .antenna import Antenna as Antenna
from .large_scale import LargeScale as LargeScale
from .large_scale import Sector as Sector
from .propagation import (
    Scenario as Scenario,
)
from .propagation import (
    los_probability as los_probability,
)
from .propagation import (
    path_loss_db as path_loss_db,
)
from .propagation import (
    penetration_loss_db as penetration_loss_db,
)
