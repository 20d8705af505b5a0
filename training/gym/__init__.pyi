from .episode import Episode as Episode
from .episode import Step as Step
from .rollout import Message as Message
from .rollout import Rollout as Rollout
from .rollout import Span as Span
from .runner import Runner as Runner
