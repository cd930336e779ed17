"""The fast lane declines, or agrees with the complete path to the byte."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.mapping.files import load_mappings
from migrate.mapping.lane.json_memory import JsonMemory
from migrate.mapping.spec import Mapping
from migrate.rehearse.sample.generate import generate
from migrate.yaml_source import read
from tests.mapping.case_files import Case, all_cases
from tests.mapping.fast_lane import BothLanes, spellings
from tests.mapping.items import Example, examples, value_examples
from tests.mapping.mutations import mutations
from tests.mapping.settings import SETTINGS
from tests.mapping.test_agreement import validated

_HOSTILE = Path(__file__).parents[1] / "cases" / "raw_items" / "hostile.yaml"
_HUGMEDO = Path(__file__).parents[2] / "mappings" / "hugmedo"
_SAMPLE_ITEMS = 4_000
_TAKEN_LEAST = 0.9
_MUTATIONS = 400


@pytest.mark.parametrize("case", all_cases())
def test_it_declines_a_case_or_agrees(case: Case) -> None:
    for content, items in case["parts"]:
        lanes = BothLanes(Mapping.model_validate(content))
        lanes.agree(raw for item in items for raw in spellings(item))


@settings(SETTINGS, max_examples=300, derandomize=True)
@given(st.one_of(examples(), value_examples()))
def test_it_declines_a_generated_item_or_agrees(example: Example) -> None:
    lanes = BothLanes(validated(example))
    raws = [raw for item in example.items for raw in spellings(item)]
    lanes.agree(raws)
    lanes.agree(mutations(raws, len(raws), seed=1))


_ANY: Case = {
    "mapping": 1,
    "source": {"model": "Thing", "tombstone": "_deleted"},
    "target": "app.things",
    "columns": {
        "id": {"from": "id", "type": "text", "key": True},
        "v": {"from": "v", "type": "text"},
        "t": {"from": "t", "type": "timestamp"},
        "j": {"from": "j", "type": "jsonb", "as": "json-text"},
        "a": {"from": "m.a", "type": "text"},
    },
    "children": [
        {
            "list": "e",
            "target": "app.elements",
            "columns": {
                "thing": {"parent": "id", "type": "text", "key": True},
                "at": {"position": 1, "type": "integer", "key": True},
                "j": {"from": "j", "type": "jsonb"},
            },
        }
    ],
    "leave": {"l": "not needed"},
}


def _hostile_lines() -> list[Any]:
    found = read(_HOSTILE, shown_as=_HOSTILE.name).value
    return [pytest.param(one, id=one["name"].replace(" ", "-")) for one in found]


@pytest.mark.parametrize("unknown", ["reject", "leave"])
@pytest.mark.parametrize("case", _hostile_lines())
def test_it_declines_a_broken_line_or_agrees(case: Case, unknown: str) -> None:
    raw = case["line"].encode("latin-1")
    lanes = BothLanes(Mapping.model_validate({**_ANY, "unknown": unknown}))
    mapped = lanes.agree([raw])
    assert not (case.get("taken") and mapped.left)
    lanes.agree([_tombstone(raw)])


def test_a_number_that_no_parser_reads_declines_also_where_it_is_overwritten() -> None:
    number = "9" * 5_000
    raw = f'{{"id":{{"S":"a"}},"j":{{"N":{number}}},"j":{{"S":"b"}}}}'.encode()
    assert BothLanes(Mapping.model_validate(_ANY)).agree([raw]).left == [0]


def test_json_that_repeats_is_written_alike_beside_any_other_text() -> None:
    inner = '"j":{"M":{"a":{"N":"1.50"},"b":{"S":"é"}}}'
    plain, careful = (f'{{"id":{{"S":"{one}"}},{inner}}}'.encode() for one in ("a", r"a\tb"))
    for raws in ([plain, careful, plain], [careful, plain, careful]):
        assert not BothLanes(Mapping.model_validate(_ANY)).agree(raws).left


def test_json_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.mapping.lane.json_memory._ENTRIES_MAX", 3)
    monkeypatch.setattr("migrate.mapping.lane.json_memory._REMEMBERED_BYTES_MAX", 40)
    column = Mapping.model_validate(_ANY).columns["j"]
    texts = JsonMemory().texts(column)
    sizes = []
    for number in range(10):
        assert texts[b'{"M":{"a":{"N":"%d"}}}' % number] == f'{{"a":{number}}}'
        sizes.append(len(texts))
    assert max(sizes) == 3
    long = "x" * 50
    assert texts[b'{"M":{"a":{"S":"%s"}}}' % long.encode()] == f'{{"a":"{long}"}}'
    assert len(texts) == sizes[-1]


def test_json_that_does_not_repeat_is_no_longer_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.mapping.lane.json_memory._WINDOW_ITEMS", 20)
    lanes = BothLanes(Mapping.model_validate(_ANY))
    raws = [b'{"id":{"S":"%d"},"j":{"M":{"n":{"N":"%d"}}}}' % (n, n) for n in range(50)]
    found = [lanes.lane.map_items(raws[start : start + 10]) for start in range(0, 50, 10)]
    assert lanes.lane._memory is None
    assert not any(one.left for one in found)
    assert not lanes.agree(raws).left
    repeating = BothLanes(Mapping.model_validate(_ANY))
    assert not repeating.agree([raws[0]] * 50).left
    assert repeating.lane._memory is not None


def _tombstone(raw: bytes) -> bytes:
    """The item as a tombstone, which is looked at as closely as one that makes rows."""
    return raw[:-1] + b',"_deleted":{"BOOL":true}}'


@cache
def _sample() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for model, item in generate(_SAMPLE_ITEMS, 1):
        found[model].append(orjson.dumps(item))
    return found


@pytest.mark.parametrize("mapping", load_mappings(_HUGMEDO), ids=lambda mapping: mapping.model)
def test_it_takes_nearly_all_of_the_sample(mapping: Mapping) -> None:
    raws = _sample()[mapping.model]
    mapped = BothLanes(mapping).agree(raws)
    assert 1 - len(mapped.left) / len(raws) >= _TAKEN_LEAST


@pytest.mark.parametrize("mapping", load_mappings(_HUGMEDO), ids=lambda mapping: mapping.model)
def test_it_declines_a_spoilt_item_or_agrees(mapping: Mapping) -> None:
    raws = list(mutations(_sample()[mapping.model], _MUTATIONS, seed=1))
    lanes = BothLanes(mapping)
    lanes.agree(raws)
    lanes.agree([_tombstone(raw) for raw in raws])
