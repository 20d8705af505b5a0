from .draft import Draft as Draft
from .draft import Knob as Knob
from .draft import merge as merge
from .drafting import draft_candidates as draft_candidates
from .situation import Situation as Situation
