"""Tasks are consistent and do not leak between splits. Every value comes from the real link twin."""

import gzip
import json
import random
import re
from collections import Counter

import numpy as np
import pytest
from typer.testing import CliRunner

from policies.artefact import ArtefactError
from policies.qos import QosRequirement
from policies.qos_reward import qos_reward
from training.tasks.checking import oracle_problems, problems_of
from training.tasks.command_tasks import app
from training.tasks.generation import TaskPlan, TaskShortage, make_tasks
from training.tasks.oracle import survey
from training.tasks.references import reference_scores
from training.tasks.request import draw_request
from training.tasks.services import five_qi, read_data, services
from training.tasks.situation import draw_situation
from training.tasks.space import DEFAULT_SPACE, FORMATS, ConfigurationSpace
from training.tasks.splits import SPLITS, region_of, split_of
from training.tasks.task import difficulty_of
from training.tasks.task_set import load_tasks, write_tasks
from training.tasks.wording import describe
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration, compile_orchestration
from twins.link.qos import SimulatedLink, qos_of
from twins.link.simulation.stopping import Stopping

LINK = SimulatedLink(stopping=Stopping(half_width=0.5, min_slots=4, max_slots=4, batch=4))
SMALL = ConfigurationSpace(
    prbs=(4, 12),
    powers_dbm=(14.0,),
    harq_retransmissions=(0,),
    decoders=(("offset-minsum", 4),),
    formats=FORMATS[:1],
    dmrs_symbols=(1,),
    mcs=((1, 5), (1, 13)),
)
PLAN = TaskPlan(count=20, seed=3, shares={"easy": 0.7, "infeasible": 0.3})


@pytest.fixture(scope="module")
def tasks():
    return make_tasks(PLAN, LINK, SMALL)


def situations(split, count=40, seed=1):
    return [draw_situation(split, seed, index) for index in range(count)]


# The space and the oracle


def test_every_permitted_configuration_of_the_space_has_an_orchestration():
    device = DeviceState(
        tx_antennas=2, rx_antennas=2, max_power_dbm=17.0, max_modulation="16QAM", receivers=("deeprx",), free_prbs=12
    )
    indices, columns = DEFAULT_SPACE.for_device(device)
    assert 0 < len(indices) < len(DEFAULT_SPACE.configurations)
    assert set(columns["receiver_name"]) == {"deeprx"} and columns["prbs"].max() == 12 and set(columns["rx_antennas"]) == {2}
    for index in indices[::97]:
        configuration = DEFAULT_SPACE.configurations[index]
        orchestration = Orchestration.of(configuration)
        assert compile_orchestration(orchestration, device) == configuration.model_copy(update={"rx_antennas": 2})


def test_the_space_is_ordered_from_cheap_to_expensive():
    prbs = DEFAULT_SPACE.columns["prbs"]
    assert (np.diff(prbs) >= 0).all() and len(set(prbs)) == len(DEFAULT_SPACE.prbs)


def test_the_oracle_is_the_best_of_the_space_and_in_a_tie_the_cheapest():
    device = DeviceState(tx_antennas=1, rx_antennas=2, max_power_dbm=23.0, max_modulation="64QAM", free_prbs=12)
    channel = ChannelConfiguration(snr_db=30.0)
    surveyed = survey(SMALL, LINK, device, channel)
    required = QosRequirement(max_delay_ms=5.0, min_throughput_mbps=0.5, max_ber=1e-3)
    configurations = [SMALL.configurations[index].model_copy(update={"rx_antennas": 2}) for index in surveyed.indices]
    delivered = [qos_of(LINK.evaluate(configuration, channel)) for configuration in configurations]
    rewards = [qos_reward(required, qos) for qos in delivered]
    best = surveyed.best(required)
    assert best.reward == max(rewards) and best.qos == delivered[rewards.index(max(rewards))]
    assert surveyed.satisfying(required) == sum(required.satisfied_by(qos) for qos in delivered) / len(delivered) > 0
    assert best.orchestration.resources.prbs == 4  # more PRBs give throughput beyond the requirement


def test_without_a_permitted_and_covered_configuration_there_is_no_survey():
    channel = ChannelConfiguration(snr_db=30.0)
    weak = DeviceState(tx_antennas=1, rx_antennas=2, max_power_dbm=10.0, max_modulation="64QAM", free_prbs=12)
    assert survey(SMALL, LINK, weak, channel) is None
    neural_only = weak.model_copy(update={"max_power_dbm": 23.0, "receivers": ("deeprx",)})
    assert survey(SMALL, LINK, neural_only, channel) is None


# Services and words


def test_there_are_a_dozen_services_and_each_has_wordings_for_every_split():
    assert len(services()) >= 12
    for service in services():
        scenes = [*service.train, *service.validation, *service.test]
        assert len(set(scenes)) == len(scenes) >= 10 and min(len(service.validation), len(service.test)) >= 2
        assert all("{grade}" in scene for scene in scenes)


def test_requirements_follow_from_the_5qi():
    by_name = {service.name: service for service in services()}
    control = by_name["industrial_control"]
    # 5QI 82: 10 ms, 1e-4; delay 0.25 * 10 = 2.5 ms; no RLC retransmission: BER 0.1 * 1e-4 = 1e-5
    assert control.requirement(control.grades[0]) == QosRequirement(max_delay_ms=2.5, min_throughput_mbps=0.3, max_ber=1e-5)
    film = by_name["video_streaming"]
    # 5QI 6: 300 ms, 1e-6; delay 0.25 * 300 = 75 ms; one RLC retransmission: sqrt(1e-6) = 1e-3, BER 0.1 * 1e-3 = 1e-4
    assert film.requirement(film.grades[0]) == QosRequirement(max_delay_ms=75.0, min_throughput_mbps=2.0, max_ber=1e-4)
    assert five_qi(1).example == "Conversational Voice"


def test_every_service_is_drawn_in_every_split_and_only_where_it_belongs():
    for split in SPLITS:
        drawn = Counter()
        for index, situation in enumerate(situations(split, 60)):
            rng = random.Random(index)
            for _ in range(10):
                request = draw_request(rng, situation)
                drawn[request.service.name] += 1
                assert situation.device_kind in request.service.devices and situation.surrounding in request.service.surroundings
        assert len(drawn) == len(services())


def test_no_wording_is_in_two_splits():
    for kind, by_split in read_data("wording.toml").items():
        wordings = [wording for split in SPLITS for wording in by_split[split]]
        assert len(set(wordings)) == len(wordings), kind
    scenes = [scene for service in services() for split in SPLITS for scene in getattr(service, split)]
    assert len(set(scenes)) == len(scenes)


def test_a_description_contains_the_stated_quantities_and_all_of_device_and_channel():
    for index, situation in enumerate(situations("train") + situations("test")):
        split = "train" if index < 40 else "test"
        rng = random.Random(index)
        request = draw_request(rng, situation)
        text, _ = describe(rng, split, request, situation)
        assert "{" not in text and not text[0].islower() and text.endswith(".")
        numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", text.replace(" × 10^", "e"))}
        device, channel, required = situation.device, situation.channel, request.requirement
        expected = [device.max_power_dbm, device.free_prbs, device.compute_gops, channel.snr_db, channel.speed_mps]
        expected += [channel.delay_spread_ns, channel.carrier_ghz]
        expected += [required.max_delay_ms] if "delay" in request.stated else []
        expected += [required.max_ber] if "ber" in request.stated else []
        assert set(expected) <= numbers
        if "throughput" in request.stated:
            assert {required.min_throughput_mbps, round(1000 * required.min_throughput_mbps, 6)} & numbers
        for word in (channel.profile, device.max_modulation, *device.receivers, *device.transmitters):
            assert word in text


def test_the_style_determines_how_many_quantities_are_stated():
    rng = random.Random(5)
    styles = {}
    for situation in situations("train", 60):
        request = draw_request(rng, situation)
        styles.setdefault(request.style, set()).add(len(request.stated))
        if request.style == "implied":
            assert request.requirement == request.service.requirement(request.grade)
    assert styles == {"explicit": {3}, "partial": {1, 2}, "implied": {0}}


# Splits


def test_situations_are_in_regions_of_their_split_and_repeatable():
    regions = {split: {situation.region for situation in situations(split)} for split in SPLITS}
    assert all(split_of(region, 1) == split for split, names in regions.items() for region in names)
    assert not regions["train"] & regions["test"] and not regions["validation"] & regions["test"]
    assert situations("test", 5) == situations("test", 5) != situations("test", 5, seed=2)


def test_about_a_tenth_of_the_regions_is_held_out_for_each_of_validation_and_test():
    names = [
        region_of(ChannelConfiguration(profile=profile, delay_spread_ns=spread, speed_mps=speed, snr_db=snr))
        for profile in ("TDL-A", "TDL-B", "TDL-C", "TDL-D")
        for spread in (20, 40, 80, 160, 320)
        for speed in (0.5, 2, 5, 15, 25, 35)
        for snr in range(0, 30, 3)
    ]
    assert len(set(names)) == len(names) == 1200
    shares = Counter(split_of(name, 1) for name in names)
    assert abs(shares["train"] / 1200 - 0.8) < 0.05 and abs(shares["test"] / 1200 - 0.1) < 0.03


def test_a_channel_without_snr_has_no_region():
    with pytest.raises(ValueError, match="coupling_loss_db=100"):
        region_of(ChannelConfiguration(coupling_loss_db=100.0))


# Generation


def test_a_generated_set_has_the_requested_quotas_and_no_problems(tasks):
    assert Counter(task.split for task in tasks) == {"train": 16, "validation": 2, "test": 2}
    assert Counter(task.difficulty for task in tasks if task.split == "train") == {"easy": 11, "infeasible": 5}
    assert len({task.id for task in tasks}) == 20
    assert problems_of(tasks) == []


def test_infeasible_means_that_no_configuration_of_the_space_satisfies_the_requirement(tasks):
    for task in tasks:
        assert (task.satisfying_share > 0) == task.feasible == task.requirement.satisfied_by(task.oracle.qos)
        assert task.oracle.reward > 0 if task.feasible else task.oracle.reward < 0


def test_repeating_the_search_gives_the_same_oracle(tasks):
    assert oracle_problems(tasks, SMALL, LINK, sample=3, seed=1) == []


def test_the_same_seed_makes_the_same_tasks(tasks):
    plan = TaskPlan(count=20, seed=3, shares=PLAN.shares, per_situation=PLAN.per_situation)
    (again,) = [task for task in make_tasks(plan, LINK, SMALL) if task.id == tasks[-1].id]
    assert again == tasks[-1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"difficulty": "hard"}, "is not hard"),
        ({"region": "TDL-E/snr0/spread1/speed0"}, "but the channel is in"),
        ({"templates": ("delay/train/0", "delay/test/0")}, "wording delay/train/0 is in test, train"),
    ],
)
def test_an_inconsistent_or_leaking_task_is_reported(tasks, change, problem):
    test = next(task for task in tasks if task.split == "test")
    train = next(task for task in tasks if task.split == "train").model_copy(update={"templates": ("delay/train/0",)})
    assert any(problem in message for message in problems_of([train, test.model_copy(update=change)]))


def test_a_wrong_oracle_or_a_duplicate_is_reported(tasks):
    task = tasks[0]
    wrong = task.model_copy(update={"oracle": task.oracle.model_copy(update={"reward": 0.99})})
    assert any("equation (2) gives" in message for message in problems_of([wrong]))
    assert any("the best reward is" in message for message in oracle_problems([wrong], SMALL, LINK, sample=1, seed=1))
    assert any("2 tasks have this id" in message for message in problems_of([task, task]))
    leaked = task.model_copy(update={"id": "x", "split": "test"})
    assert any(message.startswith(f"region {task.region} is in test, train") for message in problems_of([task, leaked]))


def test_quotas_that_cannot_be_filled_raise_an_error():
    with pytest.raises(TaskShortage, match="train: 8 hard tasks are missing after 4 situations"):
        make_tasks(TaskPlan(count=10, shares={"hard": 1.0}, situations_per_task=0.5), LINK, SMALL)


def test_difficulty_follows_from_the_satisfying_share():
    assert [difficulty_of(share) for share in (1.0, 0.1, 0.099, 0.01, 0.0099, 1e-9, 0.0)] == [
        "easy",
        "easy",
        "medium",
        "medium",
        "hard",
        "hard",
        "infeasible",
    ]


def test_reference_policies_stay_below_the_oracle(tasks):
    few = tasks[:8]
    scores = reference_scores(few, SMALL, LINK, seed=1)
    assert scores["oracle"].completed == sum(task.feasible for task in few) / len(few)
    for name in ("cheapest", "strongest", "random"):
        assert scores[name].completed <= scores["oracle"].completed
        assert scores[name].mean_reward < scores["oracle"].mean_reward


# The artefact and the command


@pytest.fixture
def task_set(tasks, tmp_path):
    path = tmp_path / "tasks.jsonl.gz"
    write_tasks(path, tasks, SMALL, "simulation", PLAN.seed, "twinpilot tasks make")
    return path


def test_a_set_is_read_as_written_and_the_same_tasks_give_an_identical_file(tasks, task_set, tmp_path):
    assert load_tasks(task_set) == tasks
    assert [task.split for task in load_tasks(task_set, "test")] == ["test"] * 2
    again = tmp_path / "again.jsonl.gz"
    write_tasks(again, tasks, SMALL, "simulation", PLAN.seed, "twinpilot tasks make")
    assert again.read_bytes() == task_set.read_bytes()


def test_a_set_that_was_changed_is_refused(task_set):
    text = gzip.decompress(task_set.read_bytes()).decode()
    task_set.write_bytes(gzip.compress(text.replace("easy", "hard", 1).encode(), mtime=0))
    with pytest.raises(ArtefactError, match="do not belong together"):
        load_tasks(task_set)
    result = CliRunner().invoke(app, ["show", "--path", str(task_set)])
    assert result.exit_code == 2 and result.stderr.startswith("tasks: tasks.jsonl.gz has sha256")


def test_the_card_covers_the_drawn_ranges_and_nothing_else(tasks, task_set):
    card = json.loads(task_set.with_name(task_set.name + ".json").read_text())["card"]
    assert card["validity"]["snr_db"]["high"] <= 28.0
    assert sorted(card["validity"]["service"]["choices"]) == sorted({task.service for task in tasks})


def test_the_command_shows_a_task_and_a_summary_and_refuses_an_unknown_id(tasks, task_set):
    run = CliRunner().invoke
    shown = run(app, ["show", tasks[0].id, "--path", str(task_set)])
    assert tasks[0].description in shown.stdout and "oracle  delay" in shown.stdout
    assert json.loads(run(app, ["show", tasks[0].id, "--path", str(task_set), "--json"]).stdout)["id"] == tasks[0].id
    summary = json.loads(run(app, ["show", "--path", str(task_set), "--json"]).stdout)
    assert summary["tasks"] == 20 and summary["split"] == {"train": 16, "validation": 2, "test": 2}
    missing = run(app, ["show", "train-99", "--path", str(task_set)])
    assert missing.exit_code == 2 and "ID='train-99' is not in the set; ids go from train-0 to test-1" in missing.stderr


def test_the_command_checks_a_set_and_fails_for_an_inconsistent_one(tasks, task_set, tmp_path):
    run = CliRunner().invoke
    good = run(app, ["check", "--path", str(task_set), "--sample", "0", "--json"])
    assert good.exit_code == 0 and json.loads(good.stdout)["problems"] == []
    inconsistent = tmp_path / "inconsistent.jsonl.gz"
    write_tasks(
        inconsistent, [tasks[0].model_copy(update={"difficulty": "hard"})], SMALL, "simulation", 1, "twinpilot tasks make"
    )
    bad = run(app, ["check", "--path", str(inconsistent), "--sample", "0"])
    assert bad.exit_code == 1 and "is not hard" in bad.stdout
