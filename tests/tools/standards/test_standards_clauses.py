"""A specification is split into its clauses, and document and release are recognized from its cover."""

import pytest

from tools.standards.clauses import passages_of, split_clauses
from tools.standards.document_head import recognize

CONTENTS = "5.1 Scheduling\t12\n5.1.1 Weights ........ 13\n5.1.2 Grants    14\n"


def test_headings_of_all_forms_are_clauses():
    text = (
        "5.1.3.2 Transport block size determination\nThe size follows from resource elements.\n"
        "## 6.3 Timers\nA timer runs.\n"
        "**A.2 Examples**\nAn example.\n"
        "### Annex B (normative): Tables\nA table.\n"
        "5.1.3.2a\tSecond variant\nAnother text.\n"
        "# Introduction\nWords.\n"
    )
    assert [(clause.number, clause.title) for clause in split_clauses(text)] == [
        ("5.1.3.2", "Transport block size determination"),
        ("6.3", "Timers"),
        ("A.2", "Examples"),
        ("Annex B", "(normative): Tables"),
        ("5.1.3.2a", "Second variant"),
        ("", "Introduction"),
    ]


def test_a_table_of_contents_leaves_no_clauses():
    text = CONTENTS + "5.1 Scheduling\nReal text.\n5.1.1 Weights\nMore text."
    clauses = [clause for clause in split_clauses(text) if clause.number]
    assert [(clause.number, clause.text) for clause in clauses] == [("5.1", "Real text."), ("5.1.1", "More text.")]


@pytest.mark.parametrize(
    "line",
    ["5 seconds after that the timer expires.", "3.5 dB is the margin,", "38.331", "12", "- 4.2 a list item", "2.5 0.7 1.1"],
)
def test_a_sentence_that_starts_with_a_number_is_no_heading(line):
    assert [clause.number for clause in split_clauses(f"Before.\n{line}\nAfter.")] == [""]


def test_a_text_without_headings_is_one_clause_and_nothing_is_none():
    assert [clause.text for clause in split_clauses("just words")] == ["just words"]
    assert split_clauses("") == [] and split_clauses("\n---\n***\n") == []


def test_long_clauses_are_cut_where_text_breaks_and_nothing_is_lost():
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(20)) + "\n\n" + "x" * 5000
    pieces = list(passages_of(text, 1000))
    assert max(map(len, pieces)) <= 1000
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert pieces[0].startswith("Paragraph 0")


@pytest.mark.parametrize(
    ("text", "stem", "document", "release"),
    [
        ("3GPP TS 38.331 V18.1.0 (2024-03)\nTechnical Specification", "x", "3GPP TS 38.331", "Rel-18 V18.1.0"),
        ("| 3GPP TR 38.901 V16.1.0 (2019-12) |", "x", "3GPP TR 38.901", "Rel-16 V16.1.0"),
        ("3GPP TS 38.101-1 V17.5.0 (2022-03)", "x", "3GPP TS 38.101-1", "Rel-17 V17.5.0"),
        ("3GPP TS 28.312 V0.1.0 (2020-05)\n(Release 17)", "x", "3GPP TS 28.312", "Rel-17 V0.1.0"),
        ("ETSI TS 138 214 V16.14.0 (2023-10)", "x", "3GPP TS 38.214", "Rel-16 V16.14.0"),
        ("O-RAN.WG2.A1AP-v04.02\nTechnical Specification", "x", "O-RAN.WG2.A1AP", "v04.02"),
        ("no cover", "38331-i10", "3GPP TS 38.331", "Rel-18 V18.1.0"),
        ("no cover", "38901-g10", "3GPP TR 38.901", "Rel-16 V16.1.0"),
        ("no cover", "our handover guide", "our handover guide", ""),
        ("As 3GPP TS 38.331 says, ...", "notes", "notes", ""),
    ],
)
def test_the_cover_or_the_file_name_identifies_the_document(text, stem, document, release):
    assert recognize(text, stem) == (document, release)
