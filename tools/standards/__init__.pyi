from .errors import StandardsError as StandardsError
from .index import StandardsIndex as StandardsIndex
from .records import Hit as Hit
from .records import IngestReport as IngestReport
