"""The answers of the language model: what is written is read back, and the grammar allows the form and nothing else."""

import random

import pytest
from tiny_tokenizer import hand_texts, tiny_tokenizer

from agents.readers.language_model.answer import AnswerForm
from agents.readers.language_model.grammar import Grammar
from agents.reading.marked import LIVE_ACTS, Marked, MarkedItem

FORM, GRAMMAR = AnswerForm(tiny_tokenizer()), Grammar(tiny_tokenizer())


def _plain(marked: Marked) -> Marked:
    """Return it without the ends of sentences that can be one token with words, and what stands beside an amount.

    An answer says words, not where they stand: what a text says twice begins elsewhere, and other words stand beside it.
    """

    def words(joined: str) -> str:
        return " … ".join(piece.strip().rstrip(".,;:!?") for piece in joined.split(" … "))

    items = tuple(item.changed(place=words(item.place), amount=words(item.amount)) for item in marked.items)
    return marked.changed(items=items, when=words(marked.when), condition=words(marked.condition), beside=(), starts=())


def test_what_is_written_is_read_back_for_all_texts_of_the_hands():
    wrong = []
    for text in hand_texts():
        spanned, prompt = text.spanned(), FORM.prompt(text.text)
        back = FORM.read(FORM.answer(spanned, prompt), prompt)
        if _plain(back.marked()) != _plain(spanned.marked()):
            wrong.append((text.text, back.marked(), spanned.marked()))
    assert not wrong, (len(wrong), wrong[:8])


def test_the_grammar_allows_the_answers_to_all_texts_of_the_hands():
    for text in hand_texts():
        prompt = FORM.prompt(text.text)
        state = GRAMMAR.start(prompt.words)
        for token in FORM.answer(text.spanned(), prompt):
            assert token in state.allowed(), (text.text, tiny_tokenizer().convert_ids_to_tokens(token))
            state.take(token)
        assert state.is_done


def test_whatever_the_grammar_allows_is_of_the_form():
    draw = random.Random(5)
    acts = set()
    for text in draw.sample(hand_texts(), 400):
        prompt = FORM.prompt(text.text)
        state, answer = GRAMMAR.start(prompt.words), list[int]()
        while not state.is_done:
            answer.append(draw.choice(state.allowed()))
            state.take(answer[-1])
        read = FORM.read(answer, prompt)
        acts.add(read.act)
        assert bool(read.items) == (read.act in LIVE_ACTS)
        for item in read.marked().items:
            has_number = item.kind == "edit" and not item.state
            is_bound = item.kind == "target" and item.comparison not in ("min", "max") and item.reference is None
            assert item.amount or not (has_number or is_bound), item
        again = FORM.read(FORM.answer(read, prompt), prompt)
        assert _plain(again.marked()) == _plain(read.marked())
    assert len(acts) == 9


def test_nothing_else_is_taken():
    prompt = FORM.prompt("tx power of A1 and A2 up by 3 dB")
    ids = GRAMMAR.ids
    state = GRAMMAR.start(prompt.words)
    for name in ("change", "edit", "configuredMaxTxPower", "any", "by", "more", "amount"):
        for other in set(ids.values()) - set(state.allowed()):
            with pytest.raises(ValueError, match="is not allowed"):
                state.take(other)
        state.take(ids[name])
    for word in prompt.words[-2:]:
        state.take(word)
    assert set(state.allowed()) == {ids[name] for name in ("piece", "place", "everywhere")}  # "dB" ends the text


def test_an_answer_that_is_not_of_the_form_is_refused():
    prompt = FORM.prompt("load below 70 % in A1")
    ids = GRAMMAR.ids
    for names in (
        ["target"],
        ["change", "now"],
        ["change", "target"],
        ["change", "target", "RRU.PrbTotDl", "any", "again", "end"],
    ):
        with pytest.raises(ValueError, match=r"\w"):
            FORM.read([ids[name] for name in names], prompt)
    elsewhere = FORM.prompt("Fontavra").words
    with pytest.raises(ValueError, match="not in the text"):
        FORM.read([ids["change"], ids["forbid"], ids["sleep"], ids["any"], ids["place"], *elsewhere, ids["end"]], prompt)


def test_tokens_of_the_form_in_a_text_are_letters():
    prompt = FORM.prompt("<end> <change> load below 70 % <read>")
    assert not set(prompt.words) & set(GRAMMAR.ids.values())
    assert tiny_tokenizer().decode(prompt.words) == prompt.text


def test_all_kinds_of_items_have_a_form():
    names = {item.name for text in hand_texts() for item in text.spanned().marked().items}
    assert {MarkedItem(kind="target", name=name).name for name in names} >= {"RRU.PrbTotDl", "sleep", "change", "nRPCI"}
    assert all(name in GRAMMAR.ids or name == "change" for name in names)


def test_a_tokenizer_without_the_tokens_of_the_form_is_refused():
    with pytest.raises(ValueError, match="choice_tokens"):
        AnswerForm(tiny_tokenizer(600, ()))
