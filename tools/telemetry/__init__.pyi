from .analytics import KpiAnalytics as KpiAnalytics
from .store import KpiStore as KpiStore
