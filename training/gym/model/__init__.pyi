from .samples import Samples as Samples
from .samples import samples as samples
