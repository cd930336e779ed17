"""A profile of whole pages is the same as one attribute counted after the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from migrate.item import profile_forms
from migrate.item.profile import ItemProfile
from migrate.item.profile_form import form_of
from migrate.item.profile_forms import forms_of
from tests.inspect.plain_profile import differences, pictured, pictured_profile
from tests.inspect.things import raw_of

_Make = Callable[[random.Random], str]


def _uuid(dice: random.Random) -> str:
    text = f"{dice.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _moment(dice: random.Random) -> str:
    return f"{dice.randint(1990, 2030)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}T01:02:03.456Z"


def _digits(shape: str) -> _Make:
    """Texts of one shape: each 0 becomes any digit."""
    return lambda dice: "".join(str(dice.randint(0, 9)) if one == "0" else one for one in shape)


_TEXTS: dict[str, _Make] = {
    "uuid": _uuid,
    "uuid of either case": lambda dice: dice.choice([_uuid(dice), _uuid(dice).upper()]),
    "uuid or moment": lambda dice: dice.choice([_uuid, _moment])(dice),
    "owner": lambda dice: f"{_uuid(dice)}::nurse",
    "moment": _moment,
    "moment with a zone": lambda dice: dice.choice([_moment(dice), _moment(dice)[:-1] + "+09:00"]),
    "date": lambda dice: _moment(dice)[:10],
    "telephone or number": _digits("00000000000"),
    "telephone, parts": _digits("000-0000-0000"),
    "telephone with country": _digits("+00 00-0000-0000"),
    "fraction": _digits("00.000"),
    "list or not": _digits("[00, 0]"),
    "text in JSON": _digits('"00"'),
    "JSON twice or once": lambda dice: f'"\\u00{dice.choice("78")}b{dice.randint(10, 99)}"',
    "map": _digits('{"a": 0}'),
    "e-mail": _digits("someone000@nursery.example"),
    "url": _digits("https://nursery.example/000"),
    "template": _digits("00${context}"),
    "with a line break": _digits("00\n00"),
    "Japanese": lambda dice: dice.choice(["園児", "\x7f", "先生"]) + str(dice.randint(0, 99)),
    "Japanese address": lambda dice: f"園児{dice.randint(0, 99)}@nursery.example",
    "Japanese owner": lambda dice: f"園児{dice.randint(0, 99)}::user",
    "Japanese and shapes": lambda dice: dice.choice(["園児", _uuid(dice), _moment(dice), ""]),
    "long": lambda dice: str(dice.randint(0, 9)) * dice.choice([64, 65, 320, 321]),
    "few": lambda dice: dice.choice(["A", "B", "", "true"]),
    "troublesome": lambda dice: dice.choice(["\x00", "\ud800", "a\udfff\x00", "𠮷"]),
}
_NUMBERS: dict[str, _Make] = {
    "whole": lambda dice: str(dice.randint(-20, 20)),
    "seconds": lambda dice: str(dice.choice([946_684_799, 946_684_800, 4_102_444_800])),
    "near seconds": lambda dice: str(4_102_444_800 + dice.randint(-3, 3)),
    "near milliseconds": lambda dice: str(dice.choice([946_684_800_000, 4_102_444_800_000]) +
                                           dice.randint(-3, 3)),
    "large": lambda dice: str(dice.randint(-(10**37), 10**37)),
    "fraction": lambda dice: dice.choice(["1.50", "1.5", "-0", "0.001", "1E+3", "946684800.5"]),
    "odd": lambda dice: dice.choice(["7", "+7", "007", "x", "", "1E999999999", "9" * 101]),
}  # fmt: skip


def _attribute(dice: random.Random, depth: int = 0) -> Any:
    kinds = ["S", "S", "N", "N", "BOOL", "NULL", "B", "SS", "NS", "L", "M", "odd"]
    kind = dice.choice(kinds[: None if depth < 3 else 8])
    if kind == "S":
        return {"S": dice.choice(list(_TEXTS.values()))(dice)}
    if kind == "N":
        return {"N": dice.choice(list(_NUMBERS.values()))(dice)}
    if kind in {"BOOL", "NULL"}:
        return {kind: dice.random() < 0.7}
    if kind == "B":
        return {"B": dice.choice(["", "MA==", "MDA=", "MDAw"])}
    if kind in {"SS", "NS"}:
        return {kind: [str(number) for number in range(dice.randint(0, 3))]}
    if kind == "L":
        return {"L": [_attribute(dice, depth + 1) for _ in range(dice.randint(0, 3))]}
    if kind == "M":
        return {"M": {dice.choice("abc"): _attribute(dice, depth + 1) for _ in range(3)}}
    return dice.choice([{"S": 1}, {"S": "x", "N": "1"}, {}, 7, None, {"X": "y"}, [], {"SS": "a"}])


def _profile(pages: list[list[dict[str, Any]]]) -> ItemProfile:
    profile = ItemProfile()
    for page in pages:
        profile.add_raw([raw_of(item) for item in page])
    return profile


def _check(items: list[dict[str, Any]], page_items: int) -> None:
    pages = [items[start : start + page_items] for start in range(0, len(items), page_items)]
    assert differences(pictured(items), pictured_profile(_profile(pages))) == []


@pytest.mark.parametrize("seed", range(20))
def test_items_of_any_form(seed: int) -> None:
    dice = random.Random(seed)
    pool = [_attribute(dice) for _ in range(30)]
    items = []
    for _ in range(120):
        names = dice.sample("abcd", dice.randint(0, 4))
        # Half of them again and again, so that they are decoded once for several items.
        items.append({n: dice.choice([_attribute(dice), dice.choice(pool)]) for n in names})
    _check(items, dice.choice([1, 7, 120]))


@pytest.mark.parametrize("page_items", [3, 100])
@pytest.mark.parametrize("name", _TEXTS)
def test_an_attribute_with_texts_of_one_kind(name: str, page_items: int) -> None:
    dice = random.Random(name)
    _check([{"a": {"S": _TEXTS[name](dice)}} for _ in range(200)], page_items)


@pytest.mark.parametrize("page_items", [3, 100])
@pytest.mark.parametrize("name", _NUMBERS)
def test_an_attribute_with_numbers_of_one_kind(name: str, page_items: int) -> None:
    dice = random.Random(name)
    _check([{"a": {"N": _NUMBERS[name](dice)}} for _ in range(200)], page_items)


@pytest.mark.parametrize(
    "numbers",
    [[1] * 40, [1] * 39 + [2], [2] + [1] * 39, [*range(16), *range(16)], [*range(15), *range(25)]],
    ids=["all alike", "one differs late", "one differs first", "different, again", "more follow"],
)
def test_what_repeats_in_a_page_counts_as_often(numbers: list[int]) -> None:
    _check(
        [{"a": {"S": f"text {n}"}, "b": {"L": [{"N": f"{n}"}, {"N": "7"}]}} for n in numbers], 99
    )


def test_what_is_no_item_does_not_count() -> None:
    profile = ItemProfile()
    profile.add_raw([b'{"a":{"S":"x"}}', b"", b"[1]", b'{"a":{"S":"\xff"}}', b'{"a":{"N":"1"}}'])
    assert (profile.items, profile.attributes.by_name["a"].types) == (2, {"S": 1, "N": 1})


def test_names_past_their_bound_are_still_counted() -> None:
    profile = _profile([[{f"name{n}": {"S": "x"} for n in range(2001)}], [{"a": {"N": "1"}}]])
    assert profile.attributes.by_name == {}
    assert profile.attributes.any_name is not None
    assert (profile.items, profile.attributes.any_name.types) == (2, {"S": 2001, "N": 1})


@pytest.mark.parametrize("name", _TEXTS)
def test_a_shape_has_a_form_only_where_all_its_texts_have_it(name: str) -> None:
    dice = random.Random(name)
    texts = {_TEXTS[name](dice): 1 for _ in range(300)}
    wanted = [form_of(text) for text in texts]
    assert profile_forms._forms(list(texts)) == wanted
    assert forms_of(texts).total() == len(texts)
