"""The lessons as prompts with answers."""

from __future__ import annotations

from typing import Any

from agents.readers.language_model.answer import AnswerForm
from training.llm.labelled_text import LabelledText
from training.llm.lessons import Lessons, texts_of_lessons
from training.llm.reader.batches import Example


def examples_of(lessons: Lessons, tokenizer: Any) -> list[Example]:
    """Return prompts with answers."""
    form = AnswerForm(tokenizer)
    return [example_of(text, form) for text in texts_of_lessons(lessons)]


def example_of(text: LabelledText, form: AnswerForm) -> Example:
    """Return the prompt and answer of a text."""
    prompt = form.prompt(text.text)
    return Example(prompt.ids, tuple(form.answer(text.spanned(), prompt)))
