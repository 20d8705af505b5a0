from .gym_gate import GymGate as GymGate
from .gym_gate import nobody as nobody
from .gym_gate import yes as yes
from .modes import GateMode as GateMode
from .modes import gate_of as gate_of
