"""What differs between tables and mappings: rules that items break, and what only looks odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from migrate.item import profile_form, profile_number
from migrate.item.profile import ANY_NAME, AttributeProfile, NameProfiles
from migrate.mapping.disclosure import ELEMENTS, Disclosure, column_paths, is_field_name
from migrate.mapping.path import Path, parse
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.mapping.unknown import Tree, known_tree
from migrate.pipeline.inspect_parts import Inspected
from migrate.pipeline.inspect_refusals import Broken, Place

Severity = Literal["reject", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `rejects` of the `count` items (elements, values) would not be loaded for
    it. `path` is the attribute as seen from the item; `values` are empty where masked."""

    model: str
    code: str
    severity: Severity
    table: str
    column: str
    path: Path
    count: int
    rejects: int = 0
    unit: Literal["items", "elements", "values"] = "items"
    keys: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()


def findings_of(mapping: Mapping, one: Inspected) -> list[Finding]:
    """All of a model, what rejects most first."""
    found = [
        _refused(mapping, one, place, broken) for place, broken in one.tally.refusals.places.items()
    ]
    for check in _CHECKS:
        found += check(mapping, one)
    order = {"reject": 0, "warning": 1, "info": 2}
    return sorted(
        found, key=lambda f: (order[f.severity], -f.rejects, -f.count, f.code, f.column, f.path)
    )


def _refused(mapping: Mapping, one: Inspected, place: Place, broken: Broken) -> Finding:
    table = next((t for t in mapping.tables if t.target == place.table), None)
    path = _full_path(table, place)
    values: tuple[tuple[str, int], ...] = ()
    if place.rule == "unknown-value" and table is not None:
        values = _unlisted(mapping, one, table, table.columns[place.column])
    return Finding(
        mapping.model, place.rule, "reject", place.table, place.column, path, broken.count,
        broken.rejects, place.unit, tuple(_shown_keys(mapping, broken)), values,
    )  # fmt: skip


def _full_path(table: Table | None, place: Place) -> Path:
    if place.rule == "unknown-attribute":
        path = _shown(parse(place.attribute), nested=isinstance(table, Child))
    elif table is not None and place.column:
        return (column_paths(table, table.columns[place.column]) or [()])[0]
    else:
        return _parsed(place.attribute)
    return (*table.list_path, ELEMENTS, *path) if isinstance(table, Child) else path


def _parsed(attribute: str) -> Path:
    try:
        return parse(attribute)
    except ValueError:  # a plain name, such as the tombstone's, may hold dots and backslashes
        return (attribute,) if attribute else ()


def _shown(path: Path, *, nested: bool) -> Path:
    """An unknown key of a nested map may be data, and is then not shown."""
    if (nested or len(path) > 1) and not is_field_name(path[-1]):
        return (*path[:-1], ANY_NAME)
    return path


def _shown_keys(mapping: Mapping, broken: Broken) -> list[str]:
    """Keys are shown everywhere, unless a column says by name that they are about a person."""
    for _, _, column in mapping.all_columns():
        explicit = "data_class" in column.model_fields_set
        if explicit and column.data_class in {"personal", "medical"}:
            paths = {*column.item_paths(in_child=False), *column.item_paths(in_child=True)}
            if paths & {(name,) for name in mapping.source.key}:
                return []
    return broken.keys


def _unlisted(
    mapping: Mapping, one: Inspected, table: Table, column: Column
) -> tuple[tuple[str, int], ...]:
    """The values that the value map does not list, where they may be shown and are few."""
    disclosure, found = Disclosure(mapping), {}
    for path in column_paths(table, column):
        for place in (path, (*path, ELEMENTS)) if column.type.is_array else (path,):
            profile = one.tally.profile.at(place)
            if profile is None or profile.text is None:
                continue
            values = profile.text.distinct.values
            if values is None or not disclosure.shows(path):
                return ()
            found.update(values)
    listed = set(column.values or {}) | {""}
    return tuple(sorted((value, n) for value, n in found.items() if value not in listed))


def _never_present(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    if not one.complete or not one.tally.items:
        return
    for table, name, column in mapping.all_columns():
        paths = column_paths(table, column)
        if isinstance(table, Child) and one.tally.profile.at((*table.list_path, ELEMENTS)) is None:
            continue
        if paths and all(one.tally.profile.at(path) is None for path in paths):
            yield Finding(
                mapping.model, "never-present", "warning", table.target, name, paths[0], 0
            )


def _unknown(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """Attributes nobody named, where the mapping keeps or leaves them without a word."""
    if mapping.unknown == "reject":
        return
    known = mapping.item_paths | {parse(name) for name in mapping.leave}
    code = "unknown-kept" if mapping.unknown == "keep" else "unknown-left"
    for found, count in _outside(one.tally.profile.attributes, known_tree(known), ()):
        path = _shown(found, nested=False)
        yield Finding(mapping.model, code, "info", "", "", path, count)


def _outside(names: NameProfiles, known: Tree, at: Path) -> Iterator[tuple[Path, int]]:
    for name, profile in names.by_name.items():
        if name not in known:
            yield (*at, name), profile.present
        elif (branch := known[name]) is not None and profile.names is not None:
            yield from _outside(profile.names, branch, (*at, name))


def _templates(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """`${ctx...}` instead of a value: what old resolvers stored for a missing part of a key."""
    for name, profile in one.tally.profile.attributes.by_name.items():
        count = profile.text.forms[profile_form.TEMPLATE] if profile.text else 0
        if count:
            yield Finding(
                mapping.model, "template-text", "warning", "", "", (name,), count, unit="values"
            )


def _composites(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """`a#b` that is not made of the item's own `a` and `b`."""
    for name, broken in one.tally.composites.different.items():
        keys = tuple(_shown_keys(mapping, broken))
        yield Finding(
            mapping.model, "composite-differs", "warning", "", "", (name,), broken.count, keys=keys
        )


def _epoch_units(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """Seconds where milliseconds are mapped load without a word, as days of January 1970."""
    for table, name, column in mapping.all_columns():
        other = _other_epoch(column)
        for path in column_paths(table, column) if other else []:
            profile = one.tally.profile.at(path)
            count = profile.number.forms[other] if profile and profile.number else 0
            if count:
                yield Finding(
                    mapping.model, "epoch-unit", "warning", table.target, name, path, count,
                    unit="values",
                )  # fmt: skip


def _other_epoch(column: Column) -> str:
    if "epoch-seconds" in column.forms:
        return profile_number.EPOCH_MILLISECONDS
    return profile_number.EPOCH_SECONDS if "epoch-milliseconds" in column.forms else ""


def _json_texts(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """JSON written as text, which a jsonb column without `as: json-text` keeps as one string."""
    for table, name, column in mapping.all_columns():
        if column.type.name != "jsonb" or "json-text" in column.forms:
            continue
        for path in column_paths(table, column):
            profile = one.tally.profile.at(path)
            forms = profile.text.forms if profile and profile.text else None
            count = forms[profile_form.JSON] + forms[profile_form.JSON_TWICE] if forms else 0
            if count:
                yield Finding(
                    mapping.model, "json-in-text", "warning", table.target, name, path, count,
                    unit="values",
                )  # fmt: skip


def _mixed_types(mapping: Mapping, one: Inspected) -> Iterator[Finding]:
    """An attribute of more than one type, NULL aside: the count is that of the rarer ones."""
    for name, profile in one.tally.profile.attributes.by_name.items():
        rarer = rarer_types(profile)
        if rarer:
            yield Finding(
                mapping.model, "mixed-types", "info", "", "", (name,), rarer, unit="values"
            )


def rarer_types(profile: AttributeProfile) -> int:
    """How many values are not of the attribute's most frequent type; NULL is none."""
    counts = [count for kind, count in profile.types.items() if kind != "NULL"]
    return sum(counts) - max(counts, default=0)


_CHECKS = (
    _never_present, _unknown, _templates, _composites, _epoch_units, _json_texts, _mixed_types,
)  # fmt: skip
