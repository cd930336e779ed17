"""Which model must be loaded before which, where foreign keys stay in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from migrate.errors import FixInputError
from migrate.mapping.spec import Child, KeepFirst, Mapping

_HINT = "write constraints: detach in the profile"


def phases(mappings: Sequence[Mapping]) -> dict[str, int]:
    """Model to phase, referenced models first.

    Raises FixInputError when they form a circle, or where a policy of the mappings needs rows to
    stand before they are judged.
    """
    for reason in _reasons(mappings):
        raise FixInputError(f"constraints: keep cannot load this: {reason}", _HINT)
    sorter = TopologicalSorter(_graph(mappings))
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise FixInputError(
            f"constraints: keep needs an order, but these models refer to each other: {circle}",
            _HINT,
        ) from None
    result: dict[str, int] = {}
    phase = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        result.update(dict.fromkeys(ready, phase))
        sorter.done(*ready)
        phase += 1
    return result


def _graph(mappings: Sequence[Mapping]) -> dict[str, set[str]]:
    """Model to the models that make what it refers to."""
    makers: dict[str, set[str]] = {}
    for mapping in mappings:
        for table in mapping.tables:
            makers.setdefault(table.target, set()).add(mapping.model)
    graph: dict[str, set[str]] = {mapping.model: set() for mapping in mappings}
    for mapping in mappings:
        written: list[str] = []  # of one item, before the table at hand
        for table in mapping.tables:
            for column in table.columns.values():
                if column.references and column.references not in written:
                    graph[mapping.model] |= makers[column.references]
            written.append(table.target)
    return graph


def _reasons(mappings: Sequence[Mapping]) -> Iterator[str]:
    """Policies that PostgreSQL, which refuses a row at once, cannot follow."""
    for mapping in mappings:
        if isinstance(mapping.duplicates, KeepFirst):
            yield f"{mapping.model} says duplicates: keep-first-by, which compares rows that stand"
        for table, name, column in mapping.all_columns():
            place = f"{table.target}.{name}"
            policy = column.orphans or mapping.orphans
            if column.references and policy != "reject":
                yield f"{place} says orphans: {policy}"
            by_element = isinstance(table, Child) and table.bad_element == "element"
            if by_element and (column.unique or column.references not in (None, mapping.target)):
                yield f"{place} is checked by element, and a refused row takes its item along"
