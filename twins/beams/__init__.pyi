from .scenario import BeamArray as BeamArray
from .scenario import BeamScenario as BeamScenario
from .scenario import Mobility as Mobility
from .simulation import simulate_beams as simulate_beams
from .traces import BeamTraces as BeamTraces
from .typical import typical_scenario as typical_scenario
