from .layout import CellLayout as CellLayout
from .layout import FlowLayout as FlowLayout
from .layout import Layout as Layout
from .layout import UserLayout as UserLayout
from .scenario import Family as Family
from .scenario import Scenario as Scenario
from .scenario import scenario as scenario
