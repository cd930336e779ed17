"""What a profile says about attributes, whatever their order and however the work was divided."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.item import profile_distinct
from migrate.item.profile import NAMES_MAX, AttributeProfile, ItemProfile
from migrate.item.profile_distinct import SKETCH, VALUES_MAX, Distinct
from migrate.item.profile_form import form_of
from migrate.item.profile_lengths import Lengths

_FORMS = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/inspect/forms.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", _FORMS, ids=[repr(case["text"]) for case in _FORMS])
def test_a_text_has_one_form(case: dict[str, str]) -> None:
    assert form_of(case["text"]) == case["form"]


def _profile(attributes: list[Any]) -> AttributeProfile:
    profile = AttributeProfile()
    profile.add(attributes)
    return profile


# Few different values, so that enumerations, sketches and folded maps are all reached.
_TEXTS = st.sampled_from(["", "a", "\x00", "\ud800", "2024-05-01", "x" * 300, "𠮷"]) | st.text(
    max_size=3
)
_SCALARS = (
    st.builds(lambda s: {"S": s}, _TEXTS)
    | st.builds(lambda n: {"N": str(n)}, st.integers(-5, 2_000_000_000_000))
    | st.sampled_from(
        [{"N": "1.50"}, {"N": "1.5"}, {"BOOL": True}, {"NULL": True}, {"B": "MA=="}, {"S": 1}, 7,
         {"SS": ["a", "b"]}, {"NS": ["1"]}, {"BS": []}, {"S": "x", "N": "1"}, {}]
    )
)  # fmt: skip
_ATTRIBUTES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.builds(lambda many: {"L": many}, st.lists(inner, max_size=4))
        | st.builds(
            lambda many: {"M": many},
            st.dictionaries(st.sampled_from("abcdefgh"), inner, max_size=8),
        )
    ),
    max_leaves=8,
)
_ITEMS = st.lists(st.dictionaries(st.sampled_from("abcd"), _ATTRIBUTES, max_size=4), max_size=30)


def _of(items: list[dict[str, Any]]) -> ItemProfile:
    profile = ItemProfile()
    profile.add(items)
    return profile


def _trimmed(value: Any) -> Any:
    """A comparable picture of a profile: what it says, not what it keeps meanwhile."""
    if isinstance(value, Distinct):
        return (value.values, value.count, value.is_exact, sorted(value.hashes))
    if isinstance(value, dict):
        return {name: _trimmed(inner) for name, inner in value.items() if inner != 0}
    if hasattr(value, "__slots__"):
        return {name: _trimmed(getattr(value, name)) for name in value.__slots__}
    return value


@settings(max_examples=150, deadline=None)
@given(items=_ITEMS, seed=st.integers(0, 10**6))
def test_order_and_division_change_nothing(items: list[dict[str, Any]], seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile_distinct, "VALUES_MAX", 3)
        patch.setattr(profile_distinct, "SKETCH", 4)
        patch.setattr("migrate.item.profile.NAMES_MAX", 5)
        wanted = _trimmed(_of(items))
        dice = random.Random(seed)
        shuffled = dice.sample(items, len(items))
        parts = []
        while shuffled:
            size = dice.randint(1, len(shuffled))
            parts.append(_of(shuffled[:size]))
            del shuffled[:size]
        while len(parts) > 1:  # in any order, and in any grouping
            second = parts.pop(dice.randrange(len(parts)))
            parts[dice.randrange(len(parts))].merge(second)
        assert _trimmed(parts[0] if parts else ItemProfile()) == wanted


def test_all_elements_of_lists_count() -> None:
    profile = _of(
        [
            {"l": {"L": [{"M": {"a": {"S": "x"}}}]}},
            {"l": {"L": [{"M": {}}, {"N": "1"}, {"M": {"b": {"NULL": True}}}]}},
        ]
    )
    elements = profile.at(("l", "[]"))
    assert elements is not None
    assert elements.types == {"M": 3, "N": 1}
    inner = profile.at(("l", "[]", "b"))
    assert inner is not None
    assert inner.types == {"NULL": 1}


def test_three_forms_of_null_are_told_apart() -> None:
    profile = _of([{}, {"a": {"NULL": True}}, {"a": {"S": ""}}, {"a": {"S": "x"}}])
    found = profile.at(("a",))
    assert found is not None
    assert found.text is not None
    assert (profile.items - found.present, found.types["NULL"], found.text.forms["empty"]) == (
        1, 1, 1,
    )  # fmt: skip


def test_lengths_are_of_code_points_and_of_bytes() -> None:
    text = _profile([{"S": "𠮷野"}, {"S": "abc"}, {"S": "\ud842"}]).text
    assert text is not None
    assert (text.code_points.least, text.code_points.greatest) == (1, 3)
    assert (text.bytes.least, text.bytes.greatest) == (3, 7)
    assert (text.surrogates, text.nul) == (1, 0)


def test_digits_and_range_are_exact() -> None:
    digits = "12345678901234567890123456789012345678"
    number = _profile([{"N": digits}, {"N": f"0.{digits}"}, {"N": "-7"}, {"N": "1E+50"}]).number
    assert number is not None
    assert (number.integer_digits, number.fraction_digits) == (51, 38)
    assert (str(number.least), str(number.greatest)) == ("-7", "1" + "0" * 50)


def test_one_number_in_two_spellings_is_one_value() -> None:
    number = _profile([{"N": "1"}, {"N": "1.0"}, {"N": "10E-1"}]).number
    assert number is not None
    assert number.distinct.values == {"1": 3}


def test_epochs_are_told_apart() -> None:
    number = _profile([{"N": "1777597323"}, {"N": "1777597323456"}, {"N": "12"}]).number
    assert number is not None
    assert number.forms == {"epoch seconds": 1, "epoch milliseconds": 1, "whole": 1}


def test_a_quantile_is_at_most_one_part_in_128_too_large() -> None:
    lengths = Lengths()
    lengths.add(range(1, 100_001))
    found = lengths.quantile(0.99)
    assert found is not None
    assert 99_000 <= found <= 99_000 * (1 + 1 / 128) + 1
    assert (lengths.least, lengths.greatest) == (1, 100_000)


@pytest.mark.parametrize("count", [1, VALUES_MAX, VALUES_MAX + 1, SKETCH - 1])
def test_few_values_are_counted_exactly(count: int) -> None:
    distinct = Distinct()
    distinct.add({f"value {number}": 2 for number in range(count)})
    assert (distinct.count, distinct.is_exact) == (count, True)
    assert (distinct.values is not None) == (count <= VALUES_MAX)


@pytest.mark.parametrize("count", [5_000, 200_000])
def test_many_values_are_estimated(count: int) -> None:
    distinct = Distinct()
    for start in range(0, count, 1000):
        distinct.add({f"value {number}": 1 for number in range(start, start + 1000)})
    assert not distinct.is_exact
    assert abs(distinct.count - count) < 0.1 * count  # more than four standard errors
    assert len(distinct.hashes) <= SKETCH


def test_a_map_keyed_by_data_is_counted_as_one() -> None:
    profile = _of([{"m": {"M": {f"key{n}": {"N": "1"}}}} for n in range(NAMES_MAX + 1)])
    found = profile.at(("m",))
    assert found is not None
    assert found.names is not None
    assert found.names.by_name == {}
    assert found.names.any_name is not None
    assert found.names.any_name.types == {"N": NAMES_MAX + 1}
