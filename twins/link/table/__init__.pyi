from .families import FAMILIES as FAMILIES
from .families import Family as Family
from .tables import LinkTables as LinkTables
from .tables import NotCovered as NotCovered
