from .catalogue import catalogue as catalogue
from .catalogue import gym_registry as gym_registry
from .context import GymContext as GymContext
