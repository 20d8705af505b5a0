"""Running text of the corpus: what the project knows, the user's specifications, and general prose under stated licences."""

import re
from importlib.metadata import distribution
from pathlib import Path
from random import Random

import pytest

from policies.kpi import kpi_definitions
from policies.limits.loading import load_limits
from tools.gym.catalogue import gym_registry
from tools.registry import default_registry
from tools.standards.errors import StandardsError
from training.llm.corpus.document import Document
from training.llm.corpus.facts.catalogue import catalogue_documents
from training.llm.corpus.facts.glossary import glossary_documents
from training.llm.corpus.facts.guardrails import guardrail_documents
from training.llm.corpus.facts.specifications import specification_documents
from training.llm.corpus.facts.tools import tool_documents
from training.llm.corpus.general.licences import permissive_licence
from training.llm.corpus.general.prose import prose_of
from training.llm.corpus.general.sources import general_documents, general_sources


def _texts(documents: list[Document], kind: str) -> list[str]:
    return [one.text for one in documents if one.kind == kind]


def test_every_limit_rule_and_kpi_is_told_in_several_wordings():
    documents = list(catalogue_documents())
    for limit in load_limits():
        told = [text for text in _texts(documents, "limit") if limit.name in text or limit.attribute in text]
        assert len(set(told)) >= 3
        assert any(limit.allowed in text and limit.source in text for text in told)
    for rule in load_limits().rules:
        assert sum(rule.name in text for text in _texts(documents, "rule")) >= 3
    for kpi in kpi_definitions().values():
        assert sum(kpi.name in text for text in _texts(documents, "kpi")) >= 3
        assert any(kpi.definition in text and f" {kpi.unit}" in text for text in _texts(documents, "kpi"))


def test_every_tool_is_told_with_its_effect_and_arguments():
    texts = [one.text for one in tool_documents()]
    for tool in (*default_registry(), *gym_registry()):
        told = [text for text in texts if f"tool {tool.name} " in text or f"calls {tool.name} " in text]
        assert any(f"effect {tool.effect.value}" in text for text in told)
        assert all(any(name in text for text in told) for name in tool.request.model_fields)


def test_guardrails_are_told_with_their_numbers():
    texts = [one.text for one in guardrail_documents()]
    assert any("NRSectorCarrier.configuredMaxTxPower" in text and "6 dB down and 6 dB up" in text for text in texts)
    assert any("above 9 a person is asked, above 30 it is refused" in text for text in texts)


def test_no_wording_leaves_a_field_open():
    documents = [*catalogue_documents(), *tool_documents(), *guardrail_documents(), *glossary_documents()]
    assert not [one.text for one in documents if re.search(r"\{[a-z_]*\}|\bNone\b| {2}|\.\.$", one.text)]


def test_the_glossary_is_the_table_of_the_vocabulary(tmp_path: Path):
    path = tmp_path / "CONTRIBUTING.md"
    table = "| term | meaning |\n|---|---|\n| Twin | a network that can be rewound (`twins/`) |"
    path.write_text(f"## Vocabulary\n\n{table}\n\n## Next\n\n| a | b |\n", encoding="utf-8")
    assert [one.text for one in glossary_documents(path)] == [
        "Twin: a network that can be rewound (twins/).",
        "In TwinPilot the term Twin means this: a network that can be rewound (twins/).",
    ]
    assert list(glossary_documents(tmp_path / "nowhere.md")) == []


def test_specifications_are_cut_at_their_clauses(tmp_path: Path):
    clauses = "## 4.1 Sleep\nA cell may sleep at night.\n\n## 4.2 Wake\nA cell wakes in the morning.\n"
    (tmp_path / "own.md").write_text(f"# 3GPP TS 99.001 V1.2.3\n\n{clauses}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Nothing sleeps on the hospital's roof.", encoding="utf-8")
    documents = list(specification_documents(tmp_path))
    assert [one.source for one in documents] == ["notes", "3GPP TS 99.001 V1.2.3 4.1 Sleep", "3GPP TS 99.001 V1.2.3 4.2 Wake"]
    assert documents[1].text.endswith("A cell may sleep at night.")
    with pytest.raises(StandardsError, match="no such file or folder"):
        list(specification_documents(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["numpy", "scipy", "networkx", "matplotlib", "torch"])
def test_packages_under_permissive_licences_are_learned_from(name: str):
    assert permissive_licence(distribution(name))


@pytest.mark.parametrize("name", ["hypothesis", "stable_baselines3"])  # MPL-2.0; a word without an expression or classifier
def test_other_packages_are_not(name: str):
    assert permissive_licence(distribution(name)) == ""


def test_what_is_left_out_of_the_general_text_is_said():
    sources, left_out = general_sources(("hypothesis", "no-such-package"))
    assert [source.licence for source in sources] == ["PSF-2.0"]
    assert left_out == [
        "the metadata of hypothesis state no licence that is permissive throughout",
        "no-such-package is not installed",
    ]


def test_prose_is_what_is_kept_of_a_documentation_string():
    text = """Summary line

    The method returns a value that is *near* the one that was asked for, as :meth:`~a.b.near` does [1]_ in all other cases.

    >>> near(3)
    3

    Parameters
    ----------
    x : float
        The value that is to be looked for in all of the other values that there are.

    - a list with an item that is long enough to be a sentence of its own, and is not prose in the end.

    This calls near_value(x=3) where the value is in the list of the values and returns it to the one who asked.
    """
    assert prose_of(text.replace("\n    ", "\n")) == [
        "The method returns a value that is near the one that was asked for, as near does in all other cases."
    ]


def test_general_text_is_the_same_each_time_and_no_paragraph_comes_twice():
    sources, _ = general_sources(("networkx",))
    first, again = (list(general_documents(sources[1:], Random(5))) for _ in range(2))
    assert first == again
    assert sum(len(one.text) for one in first) > 50_000
    paragraphs = [paragraph for one in first for paragraph in one.text.split("\n")]
    assert len(paragraphs) == len(set(paragraphs))
    assert {one.licence for one in first} == {"BSD-3-Clause"}
    assert all(one.source.startswith("networkx ") for one in first)
