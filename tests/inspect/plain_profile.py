"""What a profile must say, worked out in the plainest way: one attribute of one item at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from migrate.item.number import decimal, plain
from migrate.item.profile import AttributeProfile, ItemProfile, NameProfiles
from migrate.item.profile_distinct import Distinct
from migrate.item.profile_form import form_of
from migrate.item.profile_lengths import Lengths
from migrate.item.refusal import Refusal

Path = tuple[str, ...]
Picture = dict[Path, dict[str, Any]]

_HELD: dict[str, type] = {
    "S": str,
    "N": str,
    "B": str,
    "BOOL": bool,
    "NULL": bool,
    "L": list,
    "M": dict,
}


def pictured(items: list[dict[str, Any]]) -> Picture:
    """By path, what is counted there. Not for so many names or values that they are let go."""
    picture: Picture = {}
    for item in items:
        for path, kind, value in _attributes(item, ()):
            _count(picture.setdefault(path, {"types": Counter()}), kind, value)
    return picture


def _attributes(names: dict[str, Any], at: Path) -> Iterator[tuple[Path, str, Any]]:
    for name, attribute in names.items():
        yield from _one((*at, name), attribute)


def _one(path: Path, attribute: Any) -> Iterator[tuple[Path, str, Any]]:
    if not isinstance(attribute, dict) or len(attribute) != 1:
        yield path, "malformed", None
        return
    kind, value = next(iter(attribute.items()))
    if kind in {"SS", "NS", "BS"} and type(value) is list:
        yield path, kind, value
        for element in value:
            yield from _one((*path, "[]"), {kind[0]: element})
    elif not _is_held_right(kind, value):
        yield path, "malformed", None
    else:
        yield path, kind, value
        if kind == "L":
            for element in value:
                yield from _one((*path, "[]"), element)
        elif kind == "M":
            yield from _attributes(value, path)


def _is_held_right(kind: str, value: object) -> bool:
    return type(value) is _HELD.get(kind)


def _count(at: dict[str, Any], kind: str, value: Any) -> None:
    at["types"][kind] += 1
    if kind == "S":
        raw = value.encode("utf-8", "surrogatepass")
        _add(at, "text lengths", len(value))
        _add(at, "text bytes", len(raw))
        _add(at, "text forms", form_of(value))
        _add(at, "texts", value)
        _add(at, "nul", "\x00" in value)
        _add(at, "surrogates", any("\ud800" <= one <= "\udfff" for one in value))
    elif kind == "N":
        _count_number(at, value)
    elif kind == "BOOL":
        _add(at, "true", value)
    elif kind == "B":
        _add(at, "sizes B", len(value.rstrip("=")) * 3 // 4)
    elif isinstance(value, (list, dict)):
        _add(at, f"sizes {kind}", len(value))


def _count_number(at: dict[str, Any], text: str) -> None:
    try:
        value = decimal(text)
    except Refusal:
        _add(at, "number forms", "not a number")
        return
    canonical = plain(value)
    whole, _, fraction = canonical.lstrip("-").partition(".")
    _add(at, "number forms", _number_form(value, canonical))
    _add(at, "numbers", canonical)
    _add(at, "integer digits", len(whole.lstrip("0")))
    _add(at, "fraction digits", len(fraction))


def _number_form(value: Decimal, canonical: str) -> str:
    if 946_684_800 <= value <= 4_102_444_800:
        return "epoch seconds"
    if 946_684_800_000 <= value <= 4_102_444_800_000:
        return "epoch milliseconds"
    return "fraction" if "." in canonical else "whole"


def _add(at: dict[str, Any], name: str, value: Any) -> None:
    at.setdefault(name, Counter())[value] += 1


def pictured_profile(profile: ItemProfile) -> Picture:
    """The same of a profile."""
    return {path: _of_attribute(one) for path, one in _below(profile.attributes, ())}


def _below(names: NameProfiles, at: Path) -> Iterator[tuple[Path, AttributeProfile]]:
    assert names.any_name is None
    for name, one in names.by_name.items():
        yield from _at((*at, name), one)


def _at(path: Path, one: AttributeProfile) -> Iterator[tuple[Path, AttributeProfile]]:
    yield path, one
    if one.names is not None:
        yield from _below(one.names, path)
    if one.elements is not None:
        yield from _at((*path, "[]"), one.elements)


def _of_attribute(one: AttributeProfile) -> dict[str, Any]:
    found: dict[str, Any] = {"types": one.types}
    if one.types["BOOL"]:
        false = one.types["BOOL"] - one.true
        found["true"] = Counter({True: one.true, False: false})
    for kind, lengths in one.sizes.items():
        found[f"sizes {kind}"] = lengths
    if (text := one.text) is not None:
        found |= {"text lengths": text.code_points, "text bytes": text.bytes}
        found |= {"text forms": text.forms, "texts": text.distinct}
        found |= {"nul": text.nul, "surrogates": text.surrogates}
    if (number := one.number) is not None:
        found |= {"number forms": number.forms, "numbers": number.distinct}
        found |= {"integer digits": number.integer_digits}
        found |= {"fraction digits": number.fraction_digits}
        found["range"] = (number.least, number.greatest)
    return found


def differences(wanted: Picture, found: Picture) -> list[str]:
    """Where the two do not say the same; every path and number counts."""
    wrong = [f"{path}: only one has it" for path in wanted.keys() ^ found.keys()]
    for path in wanted.keys() & found.keys():
        plainly: defaultdict[str, Counter[Any]] = defaultdict(Counter, wanted[path])
        for name, value in found[path].items():
            if not _says(value, name, plainly):
                wrong.append(f"{path} {name}: {value} instead of {plainly[name]}")
        wrong += [f"{path} {name}: missing" for name in plainly.keys() - found[path].keys()]
    return wrong


def _says(value: Any, name: str, plainly: dict[str, Counter[Any]]) -> bool:
    if name == "range":
        numbers = [Decimal(text) for text in plainly["numbers"]]
        ends = (min(numbers), max(numbers)) if numbers else (None, None)
        return str(value) == str(ends)
    counts = plainly[name]
    if isinstance(value, Lengths):
        ends = (min(counts), max(counts))
        return (value.least, value.greatest) == ends and +value.buckets == _buckets(counts)
    if isinstance(value, Distinct):
        kept = value.values is None or value.values == counts
        return kept and value.is_exact and value.count == len(counts)
    if isinstance(value, Counter):
        return +value == +counts
    if name in {"nul", "surrogates"}:
        return bool(value == counts[True])
    return bool(value == max(counts, default=0))


def _buckets(sizes: Counter[int]) -> Counter[int]:
    """Exact below 256, then so wide that a size is at most 1/128 smaller than its bucket."""
    buckets: Counter[int] = Counter()
    for size, count in sizes.items():
        width = 1
        while size >= 256 * width:
            width *= 2
        buckets[size // width * width + width - 1] += count
    return buckets
