from .ppo import Plan as Plan
from .ppo import train as train
