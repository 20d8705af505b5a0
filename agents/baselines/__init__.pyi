from .drl_slicing import DrlSlicing as DrlSlicing
from .mape_k import MapeK as MapeK
from .threshold_rule import ThresholdRule as ThresholdRule
