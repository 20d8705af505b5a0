from .answering import answer_question as answer_question
from .configuration import plan_change as plan_change
from .receivers import select_estimator as select_estimator
