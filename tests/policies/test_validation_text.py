"""A validation error is one line that names field, value and allowed values."""

import pytest
from pydantic import Field, ValidationError, model_validator

from policies.text.validation import first_problem, problems_of, validation_text
from policies.word import Word


class Range(Word):
    low: int = Field(ge=0)
    high: int

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            raise ValueError(f"low={self.low} lies above high={self.high}")
        return self


class Part(Word):
    name: str
    ranges: tuple[Range, ...]


def refusal(text):
    with pytest.raises(ValidationError) as caught:
        Part.model_validate_json(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '{"name": "a", "ranges": [{"low": -1, "high": 2}]}',
            "ranges.0.low=-1: Input should be greater than or equal to 0",
        ),
        ('{"ranges": []}', "name is missing: give it"),
        ('{"name": "a", "ranges": [], "colour": 3}', "colour=3: Extra inputs are not permitted"),
        ('{"name": "a", "ranges": [{"low": 3, "high": 2}]}', "ranges.0={'low': 3, 'high': 2}: low=3 lies above high=2"),
        ("[1]", "part=[1]: Input should be an object"),
    ],
)
def test_a_problem_names_field_value_and_what_is_allowed(text, line):
    assert validation_text(refusal(text), "part") == line


def test_a_rule_over_several_fields_names_them_itself():
    with pytest.raises(ValidationError) as caught:
        Range(low=3, high=2)
    assert validation_text(caught.value, "range") == "low=3 lies above high=2"


def test_text_that_is_no_json_is_called_so():
    assert first_problem(refusal("low: 3"), "the reply").startswith("the reply is not JSON (")


def test_every_problem_is_listed_in_the_order_of_the_fields_and_a_long_value_is_cut():
    problems = problems_of(refusal('{"name": %s, "ranges": 3}' % ([1] * 99)))
    assert [(problem.steps, problem.kind) for problem in problems] == [(("name",), "string_type"), (("ranges",), "tuple_type")]
    assert "[1, 1, 1" in problems[0].text
    assert len(problems[0].text) < 120
