"""An approver to whom something happens on the network while it is asked."""


class Asked:
    """Keeps the questions, acts on the first one, then gives its answers in turn."""

    def __init__(self, act, *answers):
        self.act, self.answers, self.questions = act, list(answers), []

    def __call__(self, question):
        self.questions.append(question)
        if len(self.questions) == 1:
            self.act()
        return self.answers.pop(0)
