"""What a mapping is beside its rows: paths, hashes, policies, functions that break."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.errors import FixInputError
from migrate.mapping.compile import RowFunction
from migrate.mapping.files import validate_document
from migrate.mapping.path import parse, text
from migrate.mapping.spec import Mapping
from migrate.validate.interpret import interpret
from migrate.yaml_source import parse as parse_yaml
from tests.mapping.both_paths import Outcome, compiled

_TEXT = """\
mapping: 1
source: {model: Thing, tombstone: _deleted}
target: app.things
columns:
  id: {from: id, type: text, key: true}
  v: {from: v, type: text, values: {A: a, B: b}}
  w: {from: w, type: text}
leave: {owner: not needed, _ttl: expiry}
orphans: null
"""


def mapping_of(content: str) -> Mapping:
    return validate_document(parse_yaml(content, "Thing.yaml"))


@given(st.lists(st.text(alphabet="a.\\b医 #", min_size=1), min_size=1, max_size=4).map(tuple))
def test_every_path_can_be_written(path: tuple[str, ...]) -> None:
    assert parse(text(path)) == path


def test_hash_is_of_the_content() -> None:
    changed = _TEXT.replace("{A: a, B: b}", "{B: b, A: a}")
    changed = changed.replace(
        "{owner: not needed, _ttl: expiry}", "{_ttl: expiry, owner: not needed}"
    )
    lines = changed.splitlines(keepends=True)
    moved = "".join([*lines[3:], "# a comment\n", *lines[:3]])
    assert mapping_of(moved).hash == mapping_of(_TEXT).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{A: a, B: b}", "{A: a, B: c}"),
        ("leave: {owner", "leave: {owners"),
        ("orphans: null", "orphans: stop"),
        ("type: text, key", "type: varchar, key"),
    ],
)
def test_hash_changes_with_the_content(old: str, new: str) -> None:
    assert mapping_of(_TEXT.replace(old, new)).hash != mapping_of(_TEXT).hash


def test_order_of_columns_is_content() -> None:
    lines = _TEXT.splitlines(keepends=True)
    assert mapping_of("".join([*lines[:5], lines[6], lines[5], *lines[7:]])).hash != (
        mapping_of(_TEXT).hash
    )


def test_orphans_null_needs_no_quotes() -> None:
    assert mapping_of(_TEXT).orphans == "null"
    assert mapping_of(_TEXT.replace("orphans: null", "")).orphans == "reject"


def test_lone_surrogates_are_refused_by_both_paths() -> None:
    for attribute in ({"S": "\ud83d"}, {"M": {"\ud83d": {"S": "x"}}}):
        mapping = calling("tests.mapping.functions:same")
        item = {"id": {"S": "a"}, "v": attribute}
        assert compiled(RowFunction(mapping), item) == Outcome(
            "rejected", "bad-unicode", "app.things.v"
        )
        refusal = interpret(mapping, item).refusal
        assert refusal is not None
        assert refusal.rule == "bad-unicode"


def calling(function: str) -> Mapping:
    content: dict[str, Any] = {
        "mapping": 1,
        "source": {"model": "Thing"},
        "target": "app.things",
        "columns": {
            "id": {"from": "id", "type": "text", "key": True},
            "v": {"call": function, "with": ["v"], "type": "jsonb"},
        },
    }
    return Mapping.model_validate(content)


@pytest.mark.parametrize("function", ["builtins:len", "tests.mapping.functions:in_float"])
def test_a_function_that_breaks_stops_both_paths_without_telling_a_value(function: str) -> None:
    mapping = calling(function)
    item = {"id": {"S": "a"}, "v": {"N": "4711"}}
    for path in (RowFunction(mapping), lambda one: interpret(mapping, one)):
        with pytest.raises(FixInputError) as caught:
            path(item)
        assert function in caught.value.message
        assert "4711" not in caught.value.message + caught.value.hint
