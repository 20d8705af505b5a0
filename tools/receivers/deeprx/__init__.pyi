from .onnx_export import export_onnx as export_onnx
from .receiver import DeepRxReceiver as DeepRxReceiver
from .receiver import coverage as coverage
from .receiver import deeprx_receiver as deeprx_receiver
