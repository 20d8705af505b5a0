from .campaign import Campaign as Campaign
from .scores import AgentScores as AgentScores
from .scores import agent_scores as agent_scores
