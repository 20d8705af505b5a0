from .planner import Decision as Decision, Planner as Planner, View as View
