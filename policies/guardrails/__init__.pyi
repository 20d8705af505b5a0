from .authorization import AUTHORIZATION_POLICIES as AUTHORIZATION_POLICIES
from .authorization import AUTHORIZATION_SCHEMA as AUTHORIZATION_SCHEMA
from .authorization import action_of as action_of
from .blast_radius import BlastRadius as BlastRadius
from .guardrails import Guardrails as Guardrails
from .loading import GuardrailsError as GuardrailsError
from .loading import load_guardrails as load_guardrails
from .rules import GuardrailRules as GuardrailRules
