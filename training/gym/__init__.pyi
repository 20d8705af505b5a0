from .episode import Episode as Episode
from .episode import Step as Step
