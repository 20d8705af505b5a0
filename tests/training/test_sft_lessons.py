"""Lessons are true: each equation, each answer by the table; nothing of the other splits is in them; a killed making goes on."""

import numpy as np
import pytest

from training.llm.sft.answering import Answer
from training.llm.sft.arithmetic import Trial
from training.llm.sft.figures import Figures
from training.llm.sft.fragment import MOST_VALUES, TRIAL_FIELDS, answer_fragments
from training.llm.sft.lesson_set import LessonSet, NoLessons
from training.llm.sft.level import BER, DELAY, THROUGHPUT
from training.llm.sft.making import (
    FIRST_SITUATION,
    LEARNED,
    LessonPlan,
    OtherLessons,
    lengths_path,
    lessons_of,
    make_lessons,
    packed,
)
from training.llm.sft.vocabulary import ANSWER, FIGURES, INFEASIBLE, REFLECT, TASK, TRY, default_vocabulary
from training.llm.sft.world import World
from training.tasks.situation import draw_situation
from training.tasks.splits import split_of
from twins.link.orchestration import Orchestration, compile_orchestration
from twins.link.qos import evaluate
from twins.link.table.tables import LinkTables

PLAN = LessonPlan(shards=2, situations=2, read_share=0.5)
SITUATIONS = range(6)


@pytest.fixture(scope="module")
def lessons():
    return {index: list(lessons_of(PLAN, index)) for index in SITUATIONS}


def situation(index):
    return draw_situation("train", 1, FIRST_SITUATION + index)


def trials_of(lesson):
    starts = [place + 1 for place, token in enumerate(lesson.tokens) if token in (TRY, REFLECT)]
    return [(start, Trial.read(lesson.tokens[start : start + len(TRIAL_FIELDS) + 29])) for start in starts]


def figures_of(lesson):
    start = lesson.tokens.index(FIGURES) + 1
    return Figures.read(lesson.tokens[start : start + 32])


def every(lessons):
    return [(index, lesson) for index, group in lessons.items() for lesson in group]


def test_lessons_are_made_of_both_kinds(lessons):
    kinds = [lesson.tokens[0] for _, lesson in every(lessons)]
    assert {TASK, FIGURES} == set(kinds) and len(kinds) > 40
    assert any(REFLECT in lesson.tokens for _, lesson in every(lessons))


def test_each_written_equation_is_true_of_the_written_digits(lessons):
    count = 0
    for _, lesson in every(lessons):
        for _, trial in trials_of(lesson):
            equations = trial.equations(figures_of(lesson).bounds)
            assert all(equations.values()), (equations, trial)
            count += 1
    assert count > 60


def test_each_trial_says_what_the_table_says_of_its_configuration(lessons):
    """Evaluated once more, one by one, through the link twin's own door."""
    vocabulary, tables = default_vocabulary(), LinkTables.load()
    names = vocabulary.fragments.trial_names
    rows = {tuple(names[index] for index in row): number for number, row in enumerate(vocabulary.fragments.trial.tolist())}
    for index, lesson in every(lessons)[::5]:
        world = World.of(situation(index), vocabulary.fragments.space, tables)
        for _, trial in trials_of(lesson):
            configuration = vocabulary.fragments.space.configurations[rows[trial.fields]]
            device, channel = situation(index).device, situation(index).channel
            qos = evaluate(Orchestration.of(configuration), device, channel).qos
            assert (trial.throughput, trial.delay) == (THROUGHPUT.level(qos.throughput_mbps), DELAY.level(qos.delay_ms))
            assert trial.ber == BER.level(qos.ber)
            assert len(world)


def test_every_answer_is_fulfilled_by_the_table_unless_the_task_is_said_to_be_infeasible(lessons):
    vocabulary, answered, infeasible = default_vocabulary(), 0, 0
    for index, lesson in every(lessons):
        if lesson.tokens[0] != TASK:
            continue
        start = lesson.tokens.index(FIGURES) + 1
        answer = Answer.read(lesson.tokens[start:], vocabulary)
        device, channel = situation(index).device, situation(index).channel
        compile_orchestration(answer.orchestration, device)
        qos = evaluate(answer.orchestration, device, channel).qos
        rate, delay, ber = figures_of(lesson).bounds
        kept = THROUGHPUT.level(qos.throughput_mbps) >= rate and DELAY.level(qos.delay_ms) <= delay and BER.level(qos.ber) <= ber
        assert kept != (INFEASIBLE in lesson.tokens)
        infeasible += not kept
        answered += 1
    assert answered > 20


def test_the_answer_spells_the_trial_that_was_found_good(lessons):
    vocabulary = default_vocabulary()
    names, fragments = vocabulary.fragments.trial_names, vocabulary.fragments
    rows = {tuple(names[index] for index in row): number for number, row in enumerate(fragments.trial.tolist())}
    for _, lesson in every(lessons):
        if lesson.tokens[0] == TASK and INFEASIBLE not in lesson.tokens:
            _, last = trials_of(lesson)[-1]
            configuration = fragments.space.configurations[rows[last.fields]]
            spelled = answer_fragments(Orchestration.of(configuration))
            start = lesson.tokens.index(ANSWER) + 1
            assert last.is_fulfilled and lesson.tokens[start : start + 16] == spelled


def test_only_the_last_trial_is_good_and_fields_of_wrong_ones_are_not_learned(lessons):
    for _, lesson in every(lessons):
        trials = trials_of(lesson)
        verdicts = [trial.is_fulfilled for _, trial in trials]
        assert not any(verdicts[:-1]) and verdicts[-1] == (INFEASIBLE not in lesson.tokens)
        for start, trial in trials:
            assert set(lesson.learned[start : start + len(TRIAL_FIELDS)]) == {trial.is_fulfilled}
            assert all(lesson.learned[start + len(TRIAL_FIELDS) : start + len(TRIAL_FIELDS) + 29])


def test_words_are_not_learned_and_figures_only_where_there_are_words(lessons):
    for _, lesson in every(lessons):
        place = lesson.tokens.index(FIGURES)
        assert not any(lesson.learned[:place])
        assert set(lesson.learned[place : place + 33]) == {lesson.tokens[0] == TASK}


def test_what_is_told_of_all_good_answers_is_a_share_and_contains_the_drawn_one(lessons):
    fragments = default_vocabulary().fragments
    for _, lesson in every(lessons):
        if lesson.told is None:
            assert INFEASIBLE in lesson.tokens and lesson.told_at == -1
            continue
        assert np.allclose(lesson.told.sum(axis=1), 1.0) and lesson.told.shape == (len(TRIAL_FIELDS), MOST_VALUES)
        for place in range(len(TRIAL_FIELDS)):
            value = fragments.trial_names.index(lesson.tokens[lesson.told_at + place]) - fragments.trial_firsts[place]
            assert lesson.told[place, value] > 0.0


def test_no_region_of_another_split_is_in_the_lessons(lessons):
    assert {split_of(situation(index).region, 1) for index in lessons} == {"train"}


def test_a_killed_making_goes_on_and_writes_what_an_uninterrupted_one_writes(tmp_path):
    make_lessons(PLAN, tmp_path / "whole", workers=1)
    make_lessons(LessonPlan(**{**vars(PLAN), "shards": 1}), tmp_path / "killed", workers=1)
    (tmp_path / "killed" / "lessons-00001.npy.part").write_bytes(b"half a shard")
    assert not lengths_path(tmp_path / "killed", 1).exists()
    make_lessons(PLAN, tmp_path / "killed", workers=1)
    whole, killed = LessonSet.load(tmp_path / "whole"), LessonSet.load(tmp_path / "killed")
    assert (whole.tokens == killed.tokens).all() and (whole.told == killed.told).all() and whole.shards == killed.shards == 2
    with pytest.raises(OtherLessons, match="temperature"):
        make_lessons(LessonPlan(shards=2, situations=2, read_share=0.5, temperature=0.2), tmp_path / "whole", workers=1)
    with pytest.raises(NoLessons, match="2 shards in a row, 3 are needed"):
        LessonSet.load(tmp_path / "whole", 3)


def test_a_packed_set_has_the_lessons_and_its_batches_have_each_once_an_epoch(tmp_path, lessons):
    make_lessons(PLAN, tmp_path, workers=1)
    made = LessonSet.load(tmp_path)
    vocabulary = default_vocabulary()
    expected = [packed(lesson, vocabulary) for index in range(4) for lesson in lessons[index]]
    assert [made.lesson(number).tolist() for number in range(len(made))] == [lesson.tolist() for lesson in expected]
    seen, number = [], 0
    while len(seen) < len(made):
        batch = made.batch(number, 1024, seed=3)
        assert batch.ids.size <= 1024 or len(batch.ids) == 1
        seen += [tuple(row[row > 0].tolist()) for row in batch.ids]
        number += 1
        # What is told of all answers takes the place of the answer that was drawn.
        for (row, column), told in zip(batch.told_at.tolist(), batch.told, strict=True):
            assert not batch.learned[row, column : column + 7].any() and batch.learned[row, column + 7]
            assert np.allclose(told.sum(axis=1), 1.0)
    assert sorted(seen) == sorted(tuple((lesson & (LEARNED - 1)).tolist()) for lesson in expected)
