"""The fast lane declines, or agrees with the complete path to the byte."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.rehearse.sample.generate import generate
from tests.mapping.case_files import Case, all_cases
from tests.mapping.fast_lane import BothLanes, spellings
from tests.mapping.items import Example, examples, value_examples
from tests.mapping.test_agreement import _SETTINGS, validated

_HUGMEDO = Path(__file__).parents[2] / "mappings" / "hugmedo"
_SAMPLE_ITEMS = 4_000
_TAKEN_LEAST = 0.9


@pytest.mark.parametrize("case", all_cases())
def test_it_declines_a_case_or_agrees(case: Case) -> None:
    for content, items in case["parts"]:
        lanes = BothLanes(Mapping.model_validate(content))
        lanes.agree(raw for item in items for raw in spellings(item))


@settings(_SETTINGS, max_examples=300, derandomize=True)
@given(st.one_of(examples(), value_examples()))
def test_it_declines_a_generated_item_or_agrees(example: Example) -> None:
    lanes = BothLanes(validated(example))
    lanes.agree(raw for item in example.items for raw in spellings(item))


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
