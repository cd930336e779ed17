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
