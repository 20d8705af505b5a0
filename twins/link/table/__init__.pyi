from .families import FAMILIES as FAMILIES
from .families import Family as Family
from .not_covered import NotCovered as NotCovered
from .tables import LinkTables as LinkTables
