from .ensemble import Ensemble as Ensemble
from .network import LearnedNetwork as LearnedNetwork
