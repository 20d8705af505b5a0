from .episodes.episode import Episode as Episode
from .episodes.episode import Step as Step
from .episodes.rollout import Message as Message
from .episodes.rollout import Rollout as Rollout
from .episodes.rollout import Span as Span
from .episodes.runner import Runner as Runner
