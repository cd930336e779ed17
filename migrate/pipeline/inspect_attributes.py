"""The profile of a table as lines, one an attribute, with what may not be shown left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from migrate.item.profile import ANY_NAME, ELEMENTS, AttributeProfile, NameProfiles
from migrate.item.profile_distinct import Distinct
from migrate.item.profile_lengths import Lengths
from migrate.mapping.disclosure import Disclosure, is_field_name, read_paths
from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Mapping
from migrate.mapping.unknown import Tree, known_tree
from migrate.pipeline.inspect_parts import Inspected

Status = Literal["key", "mapped", "inside", "left", "unknown"]


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """One attribute. It could be there `holders` times: in every item, map, or list."""

    path: Path
    status: Status
    holders: int
    profile: AttributeProfile
    shown: bool
    """Whether values may be shown."""


class Attributes:
    """Makes the lines of one model."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._disclosure = Disclosure(mapping)
        left = [parse(name) for name in mapping.leave]
        for child in mapping.children:
            left += [(*child.list_path, ELEMENTS, *parse(name)) for name in child.leave]
        self._left = set(left)
        keys = [(name,) for name in mapping.source.key]
        named = [*keys, *(path for path, _ in read_paths(mapping)), *sorted(mapping.item_paths)]
        self._named = set(named)
        lists = {child.list_path for child in mapping.children}
        self._known: Tree = known_tree([path for path in [*named, *left] if path not in lists])

    def lines(self, one: Inspected) -> list[AttributeLine]:
        """The mapping's own order first, then by name; parts of an attribute follow it."""
        return list(self._below(one.tally.profile.attributes, (), self._known))

    def _below(self, names: NameProfiles, at: Path, known: Tree | None) -> Iterator[AttributeLine]:
        shown = self._visible(names, at, known)
        order = {name: place for place, name in enumerate(known or {})}
        for name in sorted(shown, key=lambda n: (order.get(n, len(order)), n)):
            branch = known.get(name) if known else None
            yield from self._line((*at, name), names.holders, shown[name], branch)

    def _line(
        self, path: Path, holders: int, profile: AttributeProfile, known: Tree | None
    ) -> Iterator[AttributeLine]:
        shows = self._disclosure.shows(path)
        yield AttributeLine(path, self._status(path), holders, profile, shows)
        if profile.names is not None:
            yield from self._below(profile.names, path, known)
        if profile.elements is not None:
            inner = known.get(ELEMENTS) if known else None
            elements = profile.elements
            yield from self._line((*path, ELEMENTS), elements.present, elements, inner)

    def _visible(
        self, names: NameProfiles, at: Path, known: Tree | None
    ) -> dict[str, AttributeProfile]:
        """The profiles by the names that may be shown, all others together."""
        shown: dict[str, AttributeProfile] = {}
        if names.any_name is not None:
            shown[ANY_NAME] = deepcopy(names.any_name)
        for name, profile in names.by_name.items():
            open_name = not at or name in (known or {}) or self._disclosure.shows(at)
            if open_name or is_field_name(name):
                shown[name] = profile
            elif ANY_NAME in shown:
                shown[ANY_NAME].merge(deepcopy(profile))
            else:
                shown[ANY_NAME] = deepcopy(profile)
        return shown

    def _status(self, path: Path) -> Status:
        if len(path) == 1 and path[0] in self._mapping.source.key:
            return "key"
        if path in self._left:
            return "left"
        if any(one[: len(path)] == path for one in self._named):
            return "mapped"
        above = [path[:end] for end in range(1, len(path))]
        if any(one in self._named or one in self._left for one in above):
            return "inside"
        return "unknown"


def path_text(path: Path) -> str:
    """As people write it: `events[].eventType`; on one line, whatever a name holds."""
    return one_line(text(path).replace(f".{ELEMENTS}", ELEMENTS))


def one_line(text: str) -> str:
    """A text with everything that would break a line, or hide, written as an escape."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def attribute_json(line: AttributeLine) -> dict[str, Any]:
    """A line as inspect.json holds it (docs/reference/json.md)."""
    profile = line.profile
    numbers = profile.number
    return {
        "path": path_text(line.path),
        "status": line.status,
        "holders": line.holders,
        "present": profile.present,
        "absent": line.holders - profile.present,
        "null": profile.types["NULL"],
        "empty": profile.text.code_points.empty if profile.text else 0,
        "types": dict(sorted(profile.types.items())),
        "true": profile.true,
        "text": _text_json(line),
        "number": None
        if numbers is None
        else {
            "least": _number(numbers.least) if line.shown else None,
            "greatest": _number(numbers.greatest) if line.shown else None,
            "integer_digits": numbers.integer_digits,
            "fraction_digits": numbers.fraction_digits,
            "forms": dict(sorted(numbers.forms.items())),
            **_distinct(numbers.distinct, shown=line.shown),
        },
        "sizes": {kind: _sizes(lengths) for kind, lengths in sorted(profile.sizes.items())},
        "masked": not line.shown,
    }


def _text_json(line: AttributeLine) -> dict[str, Any] | None:
    found = line.profile.text
    if found is None:
        return None
    return {
        "code_points": _sizes(found.code_points),
        "bytes": _sizes(found.bytes),
        "forms": dict(sorted(found.forms.items())),
        "nul_characters": found.nul,
        "lone_surrogates": found.surrogates,
        **_distinct(found.distinct, shown=line.shown),
    }


def _sizes(lengths: Lengths) -> dict[str, int | None]:
    return {
        "least": lengths.least,
        "greatest": lengths.greatest,
        "p99": lengths.quantile(0.99),
        "empty": lengths.empty,
    }


def _distinct(distinct: Distinct, *, shown: bool) -> dict[str, Any]:
    values = distinct.values if shown else None
    return {
        "distinct": distinct.count,
        "distinct_exact": distinct.is_exact,
        "values": None if values is None else values_json(values.items()),
    }


def values_json(counts: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Values with their counts, in order; what would hide in a text is written as an escape."""
    return [{"value": one_line(value), "count": count} for value, count in sorted(counts)]


def _number(value: Any) -> str | None:
    return None if value is None else format(value, "f")
