from .planner import Decision as Decision
from .planner import Planner as Planner
from .planner import View as View
from .rule_planner import RulePlanner as RulePlanner
from .workflows.configuration import Effort as Effort
