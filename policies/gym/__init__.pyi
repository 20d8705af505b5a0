from .network_state import NetworkState as NetworkState
from .network_state import SlaSpec as SlaSpec
from .place import GeofenceSpec as GeofenceSpec
from .place import Position as Position
from .place import Waypoints as Waypoints
from .place import Zone as Zone
from .split import MixedSplitError as MixedSplitError
from .split import Purpose as Purpose
