from .network import Ns3Network as Ns3Network
from .process import Ns3MissingError as Ns3MissingError
from .process import Ns3Process as Ns3Process
from .process import WorkerError as WorkerError
