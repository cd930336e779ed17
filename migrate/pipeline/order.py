"""Which model must be loaded before which, where foreign keys stay in force."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from migrate.errors import FixInputError
from migrate.mapping.spec import Mapping


def phases(mappings: Sequence[Mapping]) -> dict[str, int]:
    """Model to phase, referenced models first. Raises FixInputError when they form a circle."""
    makers: dict[str, set[str]] = {}
    for mapping in mappings:
        for table in mapping.tables:
            makers.setdefault(table.target, set()).add(mapping.model)
    graph: dict[str, set[str]] = {mapping.model: set() for mapping in mappings}
    for mapping in mappings:
        own = {table.target for table in mapping.tables}
        for _, _, column in mapping.all_columns():
            if column.references and column.references not in own:
                graph[mapping.model] |= makers[column.references] - {mapping.model}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise FixInputError(
            f"constraints: keep needs an order, but these models refer to each other: {circle}",
            "write constraints: detach in the profile",
        ) from None
    result: dict[str, int] = {}
    phase = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        result.update(dict.fromkeys(ready, phase))
        sorter.done(*ready)
        phase += 1
    return result
