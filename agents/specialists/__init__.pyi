from .phy import PHY as PHY
from .ran_control import RAN_CONTROL as RAN_CONTROL
from .safety import SafetySpecialist as SafetySpecialist
from .safety import review as review
from .scope import Scope as Scope
from .specialist import Specialist as Specialist
from .team import specialist_for as specialist_for
from .team import specialists_for as specialists_for
