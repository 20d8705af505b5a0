from .chat import ChatModel as ChatModel
from .chat import LlmSettings as LlmSettings
from .chat import ModelError as ModelError
from .reply import Reply as Reply
