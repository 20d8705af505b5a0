"""The small model writes only valid answers, is trained to the same weights when it is killed, and is judged by the table."""

import json
import random

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from policies.qos_reward import BASE_VIOLATED
from training.command_train import app
from training.llm.sft.answering import Answer, answers, prompt_of
from training.llm.sft.checkpoint import UnfitWeights, read_model, write_model
from training.llm.sft.evaluation import outcomes_of, report
from training.llm.sft.grammar import Grammar
from training.llm.sft.lesson_set import LessonSet
from training.llm.sft.making import LessonPlan, make_lessons
from training.llm.sft.network import Cache, Shape, SmallModel
from training.llm.sft.sampling import write
from training.llm.sft.training import SftPlan, losses, train
from training.llm.sft.vocabulary import ANSWER, default_vocabulary
from training.tasks.task_set import load_tasks
from twins.link.device import DeviceState
from twins.link.orchestration import compile_orchestration
from twins.link.table.tables import LinkTables

VOCABULARY = default_vocabulary()
DEVICE = DeviceState(
    tx_antennas=2, rx_antennas=4, max_power_dbm=17.0, max_modulation="16QAM", receivers=("ls+lmmse", "deeprx"), free_prbs=12
)
TINY = {"width": 32, "layers": 1, "tokens": 512, "vocabulary": VOCABULARY.digest, "bfloat16": False}


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    make_lessons(LessonPlan(shards=1, situations=3), folder, workers=1)
    return LessonSet.load(folder)


@pytest.fixture(scope="module")
def tasks():
    return load_tasks(split="test")[:12]


def tiny(seed=1):
    return SmallModel(Shape(len(VOCABULARY), 32, 1), seed).eval()


def walk(device, rng):
    grammar, ids = Grammar(VOCABULARY, device), []
    while grammar.allowed:
        ids.append(rng.choice(grammar.allowed))
        grammar.advance(ids[-1])
    return VOCABULARY.decode(ids)


def nothing(step, means):
    """No report."""


# The grammar


def test_whatever_is_written_under_the_grammar_is_an_answer_that_the_device_can_send():
    rng = random.Random(1)
    devices = [DEVICE, *(task.device for task in load_tasks(split="test")[::20])]
    for number in range(120):
        device = devices[number % len(devices)]
        answer = Answer.read(walk(device, rng), VOCABULARY)
        configuration = compile_orchestration(answer.orchestration, device)
        assert configuration.layers <= device.rx_antennas and 1 <= len(answer.trials) <= 4


def test_a_token_that_is_not_allowed_is_refused():
    grammar = Grammar(VOCABULARY, DEVICE)
    with pytest.raises(ValueError, match="'<answer>' is not allowed"):
        grammar.advance(VOCABULARY.id(ANSWER))


def test_only_a_trial_that_keeps_all_bounds_is_answered_unless_the_task_is_said_to_be_infeasible():
    rng = random.Random(2)
    for _ in range(60):
        answer = Answer.read(walk(DEVICE, rng), VOCABULARY)
        assert answer.trials[-1].is_fulfilled != answer.said_infeasible
        assert not any(trial.is_fulfilled for trial in answer.trials[:-1])


def test_a_device_beyond_the_space_is_refused_with_the_smallest_that_is_not():
    with pytest.raises(ValueError, match="no configuration of the space keeps its limits"):
        Grammar(VOCABULARY, DEVICE.model_copy(update={"free_prbs": 2}))


# The network


def test_sampling_with_a_cache_and_padding_gives_the_probabilities_of_one_pass_without():
    model = tiny()
    texts = [task.description for task in load_tasks(split="test")[:40:13]]
    prompts = [prompt_of(text, VOCABULARY) for text in texts]
    assert len({len(prompt) for prompt in prompts}) > 1  # so that rows are padded
    grammars = [Grammar(VOCABULARY, DEVICE) for _ in prompts]
    for prompt, written in zip(prompts, write(model, VOCABULARY, prompts, grammars, temperature=1.0, seed=5), strict=True):
        grammar = Grammar(VOCABULARY, DEVICE)
        with torch.no_grad():
            logits = model.logits(model.hidden(torch.tensor([prompt + written.ids])))[0, len(prompt) - 1 :]
        for place, number in enumerate(written.ids):
            allowed = torch.tensor(grammar.allowed)
            expected = logits[place, number] - logits[place, allowed].logsumexp(0)
            assert float(expected) == pytest.approx(written.log_probabilities[place], abs=1e-4)
            grammar.advance(number)
        assert not grammar.allowed


def test_a_position_sees_nothing_behind_it():
    model, rng = tiny(), torch.Generator().manual_seed(3)
    ids = torch.randint(1, len(VOCABULARY), (1, 20), generator=rng)
    other = ids.clone()
    other[0, 12:] = 5
    with torch.no_grad():
        same, changed = model.hidden(ids)[0], model.hidden(other)[0]
    assert torch.allclose(same[:12], changed[:12], atol=1e-6) and not torch.allclose(same[12:], changed[12:], atol=1e-3)


def test_a_cache_masks_padding_and_future():
    blocked = torch.tensor([[True, False, False, False]])
    cache = Cache(Shape(len(VOCABULARY), 32, 1), blocked, torch.float32)
    assert cache.mask(3)[0, 0].tolist() == [[True, False, False], [False, True, False], [False, True, True]]


# The training


def test_the_loss_of_told_answers_is_the_divergence_from_the_shares(lessons):
    model, batch = tiny(), lessons.batch(0, 1024, 1)
    assert len(batch.told)
    _, told = losses(model, VOCABULARY, batch, torch.device("cpu"))
    with torch.no_grad():
        scores = model.logits(model.hidden(torch.from_numpy(batch.ids)[:, :-1])).log_softmax(-1).numpy()
    names, firsts = VOCABULARY.fragments.trial_names, VOCABULARY.fragments.trial_firsts
    total = []
    for (row, column), shares in zip(batch.told_at.tolist(), batch.told, strict=True):
        for place, field in enumerate(shares):
            total.append(
                sum(
                    share * (np.log(share) - scores[row, column - 1 + place, VOCABULARY.id(names[firsts[place] + value])])
                    for value, share in enumerate(field.tolist())
                    if share > 0.0
                )
            )
    assert float(told.detach()) == pytest.approx(np.mean(total), rel=1e-4)


def test_training_learns_and_a_killed_one_ends_with_the_weights_of_an_uninterrupted_one(lessons, tmp_path):
    plan = SftPlan(steps=12, warmup=2, shards=lessons.shards, **TINY)
    whole = train(plan, lessons, VOCABULARY, tmp_path / "whole", nothing)
    train(plan, lessons, VOCABULARY, tmp_path / "killed", nothing, until=5)
    (tmp_path / "killed" / "checkpoint.part").write_bytes(b"killed while it was written")
    again = train(plan, lessons, VOCABULARY, tmp_path / "killed", nothing)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name])
        assert torch.equal(whole.average[name], again.average[name])
    batch = lessons.batch(0, 2048, 1)
    with torch.no_grad():
        before, after = (
            sum(map(float, losses(model, VOCABULARY, batch, torch.device("cpu")))) for model in (tiny(), whole.network)
        )
    assert after < before
    with pytest.raises(ValueError, match="other rate"):
        train(
            SftPlan(steps=12, warmup=2, rate=1e-3, shards=lessons.shards, **TINY),
            lessons,
            VOCABULARY,
            tmp_path / "whole",
            nothing,
        )


def test_weights_are_read_as_they_were_written_and_those_of_another_vocabulary_are_refused(lessons, tmp_path):
    progress = train(SftPlan(steps=2, warmup=1, shards=1, **TINY), lessons, VOCABULARY, tmp_path, nothing)
    write_model(progress, VOCABULARY, tmp_path / "model.safetensors")
    model = read_model(tmp_path / "model.safetensors", VOCABULARY)
    for name, value in model.cpu().state_dict().items():
        assert torch.equal(value, progress.average[name].to(torch.bfloat16).float())

    class Other:
        digest = "another"

    with pytest.raises(UnfitWeights, match=r"the product's is another"):
        read_model(tmp_path / "model.safetensors", Other())


# The judgement


def test_the_oracle_s_own_answers_fulfil_all_feasible_tasks_and_earn_all_of_its_reward(tasks):
    tables, rng = LinkTables.load(), random.Random(3)
    known = [Answer.read(walk(task.device, rng), VOCABULARY) for task in tasks]
    oracle = [
        Answer(task.oracle.orchestration, one.figures, one.trials, False, one.tokens)
        for task, one in zip(tasks, known, strict=True)
    ]
    result = report(tasks, oracle, tables, seed=1)
    assert result["scores"]["model"] == pytest.approx(result["scores"]["oracle"])
    assert result["scores"]["model"]["of_feasible"] == 1.0 and result["scores"]["model"]["of_oracle"] == pytest.approx(1.0)
    assert result["scores"]["strongest"]["of_feasible"] < 1.0


def test_an_answer_beyond_the_device_or_the_tables_earns_the_base_penalty(tasks):
    rng = random.Random(4)
    task = next(task for task in tasks if task.device.free_prbs < 24)
    wide = task.device.model_copy(update={"free_prbs": 24})
    while (answer := Answer.read(walk(wide, rng), VOCABULARY)).orchestration.resources.prbs < 24:
        pass
    outcome = outcomes_of([task], [answer], LinkTables.load())
    assert outcome.rewards.tolist() == [BASE_VIOLATED] and not outcome.fulfilled[0]


def test_an_untrained_model_answers_every_task_and_reads_nothing(tasks):
    written = list(answers(tiny(), VOCABULARY, [(task.description, task.device) for task in tasks], batch=5))
    result = report(tasks, written, LinkTables.load(), seed=1)
    assert len(written) == len(tasks) and result["reading"]["all"] == 0.0 and result["scores"]["model"]["of_feasible"] < 0.6


def test_all_stages_run_from_the_command_line(tmp_path):
    call = ["6g-llm", "--work", str(tmp_path), "--preset", "nano", "--width", "32", "--layers", "1"]
    runner = CliRunner()
    made = runner.invoke(app, [*call, "--stage", "sft", "--steps", "2"])
    assert made.exit_code and "0 shards in a row" in made.output
    make_lessons(LessonPlan(shards=1), tmp_path / "lessons", workers=1)
    assert runner.invoke(app, [*call, "--stage", "data", "--shards", "1"], catch_exceptions=False).exit_code == 0
    trained = runner.invoke(app, [*call, "--stage", "sft", "--steps", "3", "--tokens", "512"], catch_exceptions=False)
    assert trained.exit_code == 0 and (tmp_path / "sft" / "training.png").exists()
    judged = runner.invoke(app, [*call, "--stage", "evaluate", "--count", "10", "--json"], catch_exceptions=False)
    result = json.loads(judged.stdout)
    assert result["tasks"] == 10 and set(result["scores"]) == {"model", "constant", "strongest", "random", "cheapest", "oracle"}
    assert result["scores"]["oracle"]["of_feasible"] == 1.0
