from .case import Case as Case
from .gate import RULES as RULES
from .gate import Gate as Gate
from .gate import Rule as Rule
