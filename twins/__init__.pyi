from .network import Cell as Cell, KpiQuery as KpiQuery, Network as Network, NetworkCard as NetworkCard, Twin as Twin
