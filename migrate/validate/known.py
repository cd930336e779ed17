"""Which attributes a mapping names, and which of an item it does not."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.mapping.condition import paths as condition_paths
from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Child, Mapping
from migrate.mapping.transforms import Element
from migrate.validate.conditions import Attributes


class Known:
    """Known names as a tree. A node is taken whole, or walked into and known key by key."""

    def __init__(self, read: Iterable[Path], left: Iterable[Path]) -> None:
        self._inner: dict[str, Known | None] = {}
        """By name: None when it is taken whole."""
        self._is_read = False
        """Whether a path walks in here, not only a name to leave."""
        for path in read:
            self._add(path, is_read=True)
        for path in left:
            self._add(path, is_read=False)
        self._whole = {name for name, inner in self._inner.items() if inner is None}

    def _add(self, path: Path, *, is_read: bool) -> None:
        self._is_read = self._is_read or is_read
        name, rest = path[0], path[1:]
        if not rest:
            self._inner[name] = None
            return
        inner = self._inner.setdefault(name, Known((), ()))
        if inner is not None:
            inner._add(rest, is_read=is_read)
            inner._whole = {name for name, below in inner._inner.items() if below is None}

    def unknown_in(self, attributes: Attributes, above: Path = ()) -> Attributes:
        """The attributes nobody named, by dotted path."""
        found: Attributes = {}
        for name, attribute in attributes.items():
            if name in self._whole:
                continue
            path = (*above, name)
            inner = self._inner.get(name)
            if inner is None:
                found[text(path)] = attribute
            elif "M" in attribute:
                found.update(inner.unknown_in(attribute["M"], path))
            elif not inner._is_read and "NULL" not in attribute:
                # Only keys of it are left by name; what is no map holds none of them.
                found[text(path)] = attribute
        return found


def known_in_items(mapping: Mapping) -> Known:
    """What a mapping names of an item."""
    return Known(mapping.item_paths, [parse(name) for name in mapping.leave])


def known_in_elements(child: Child) -> Known | None:
    """What a child list names of an element; None when a column takes the element whole."""
    columns = child.columns.values()
    if any(isinstance(column.transform, Element) for column in columns):
        return None
    read = [path for column in columns for path in column.element_paths(in_child=True)]
    return Known([*read, *condition_paths(child.where)], [parse(name) for name in child.leave])
