"""Whatever a mapping's text says, it is valid, or its problems are told: nothing else happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from migrate.errors import Problem, SpecError
from migrate.mapping.compile import RowFunction
from migrate.mapping.files import validate_document
from migrate.mapping.lint import lint
from migrate.validate.interpret import Interpreter
from migrate.yaml_source import parse
from tests.mapping.lint_files import lint_cases

_MAPPINGS = Path(__file__).parent.parent.parent / "mappings" / "hugmedo"
_TOKEN = re.compile(r"[A-Za-z_0-9.]+|\s+|.", re.DOTALL)

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(_MAPPINGS.glob("*.yaml"))]
TEXTS += [text for case in lint_cases() for text in case.values[0]["files"].values()]
WORDS = sorted({token for text in TEXTS for token in _TOKEN.findall(text)})
_ODD = ["&a", "*a", "!!int", "<<", "null", "[]", "{}", "- ", "'", '"', "|", "%", "\u2028", "0.1e9"]

_PLAIN_WORDS = st.sampled_from([word for word in WORDS if word[:1].isalnum()] + ["null", "[]"])
_CHANGES = ["word"] * 12 + ["drop", "double", "put", "exchange", "swap", "cut"]

_SETTINGS = settings(
    deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
)


@st.composite
def mutated(draw: Any) -> str:
    """A mapping's text with a few tokens taken out, put in, doubled or exchanged."""
    tokens = _TOKEN.findall(draw(st.sampled_from(TEXTS)))
    words = st.one_of(st.sampled_from(WORDS), st.sampled_from(_ODD), st.text(max_size=4))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(tokens) - 1, 0)))
        change = draw(st.sampled_from(_CHANGES))
        if change == "word":  # keeps the YAML whole, so that what it says is looked at
            places = [at for at, token in enumerate(tokens) if token[:1].isalnum()] or [0]
            tokens[(place := draw(st.sampled_from(places))) : place + 1] = [draw(_PLAIN_WORDS)]
        elif change == "drop":
            del tokens[place : place + draw(st.integers(1, 8))]
        elif change == "double":
            tokens[place:place] = tokens[place : place + draw(st.integers(1, 20))]
        elif change == "put":
            tokens.insert(place, draw(words))
        elif change == "exchange":
            tokens[place : place + 1] = [draw(words)]
        elif change == "swap":
            tokens[place : place + 3] = tokens[place : place + 3][::-1]
        else:
            del tokens[place:]
    return "".join(tokens)


def problems_of(text: str) -> list[Problem]:
    """All problems of one mapping; without any, both paths must take it."""
    try:
        document = parse(text, "Thing.yaml")
        mapping = validate_document(document)
    except SpecError as error:
        return error.problems
    problems = lint([(mapping, document)], unread=None)
    if not problems:
        RowFunction(mapping)
        Interpreter(mapping)
    return problems


def holds(text: str) -> None:
    """Valid, or problems that each have a place and a message. Raises AssertionError."""
    lines = text.split("\n")
    for problem in problems_of(text):
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message
        assert "\n" not in problem.message + problem.hint


def run(seed: int, count: int) -> None:
    """`count` texts from a seed. Raises AssertionError with the smallest text found."""
    _family(seed, count)()


def _family(start: int, count: int) -> Callable[[], None]:
    @settings(_SETTINGS, max_examples=count, phases=[Phase.generate, Phase.shrink])
    @seed(start)
    @given(mutated())
    def family(text: str) -> None:
        holds(text)

    return family


@settings(_SETTINGS, max_examples=500, derandomize=True)
@given(mutated())
def test_a_mutated_mapping_is_valid_or_has_problems_with_places(text: str) -> None:
    holds(text)
