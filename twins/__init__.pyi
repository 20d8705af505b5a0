from .network import Cell as Cell
from .network import KpiQuery as KpiQuery
from .network import Network as Network
from .network import NetworkCard as NetworkCard
from .network import Twin as Twin
