from .server import EmbeddedRan as EmbeddedRan
from .server import PortInUseError as PortInUseError
