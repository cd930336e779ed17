"""What is left is not mapped as well: one of the two would be a lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate.mapping.checks.places import Finding, Where, children_at
from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Mapping


def check(mapping: Mapping) -> Iterator[Finding]:
    """An attribute that only a condition looks at may be left: nothing stores it."""
    stored = mapping.stored_paths | {(name,) for name in mapping.source.key}
    if mapping.source.tombstone:
        stored.add((mapping.source.tombstone,))
    yield from _contradictions((), mapping.leave, stored)
    for where, child in children_at(mapping):
        read = {
            path
            for column in child.columns.values()
            for path in column.element_paths(in_child=True)
        }
        yield from _contradictions(where, child.leave, read)


def _contradictions(where: Where, leave: Iterable[str], stored: set[Path]) -> Iterator[Finding]:
    for name in leave:
        left = parse(name)
        at: Where = (*where, "leave", name)
        if left in stored:
            yield at, f"{name!r} is both mapped and left", "remove one of them"
            continue
        below = sorted(path for path in stored if path[: len(left)] == left)
        above = [path for path in stored if path == left[: len(path)]]
        if below:
            message = f"{name!r} is left whole, but {text(below[0])!r} is mapped"
            yield at, message, f"leave its other keys by name, such as {name}.NAME"
        elif above:
            message = f"{name!r} is left, but {text(above[0])!r} is mapped whole"
            yield at, message, "remove one of them"
