from .classical import ClassicalReceiver as ClassicalReceiver
from .classical import classical_receiver as classical_receiver
