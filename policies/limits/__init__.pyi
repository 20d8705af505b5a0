from .catalogue import LimitsCatalogue as LimitsCatalogue
from .catalogue import UnknownAttributeError as UnknownAttributeError
from .joint_rule import JointRule as JointRule
from .limit import Limit as Limit
from .loading import CatalogueError as CatalogueError
from .loading import load_limits as load_limits
