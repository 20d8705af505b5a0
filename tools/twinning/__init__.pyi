from .candidate_tools import compare_candidates as compare_candidates
from .candidate_tools import refine_candidate as refine_candidate
from .laboratory import Laboratory as Laboratory
from .synchronization import TwinInput as TwinInput
from .synchronization import synchronize as synchronize
