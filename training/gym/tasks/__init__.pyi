from .gym_task import Domain as Domain
from .gym_task import GymTask as GymTask
from .gym_task import Tier as Tier
