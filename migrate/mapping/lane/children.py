"""The code of child lists: the rows of each element, and the account of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.mapping.child_rows import ChildList
from migrate.mapping.compile import generate
from migrate.mapping.lane.code import Code, DeclinedError
from migrate.mapping.lane.conditions import check_unchecked, condition_code
from migrate.mapping.lane.reading import Level
from migrate.mapping.lane.rows import RowCode
from migrate.mapping.lane.typed import TypedReader
from migrate.mapping.lane.untyped import UntypedReader
from migrate.mapping.path import Path
from migrate.mapping.spec import Child, Mapping

Kept = tuple[Path, dict[str, Any] | None]
Counts = tuple[int, int, int, int]


class ChildCode:
    """Writes child lists. A bad element, whatever the policy, declines the item."""

    def __init__(
        self,
        code: Code,
        mapping: Mapping,
        row: RowCode,
        item: Level,
        reader: TypedReader | UntypedReader,
    ) -> None:
        self._code = code
        self._row = row
        self._mapping = mapping
        self._item = item
        self._reader = reader

    def rows(self, child: Child, elements: Level | None) -> tuple[str, str]:
        """Write one list. Returns the variables of its lines and of its counts."""
        reading, _ = self._item.found(child.list_path)
        if elements is None or reading.is_whole:
            return self._by_complete_path(child)
        code = self._code
        lines, keys, filtered = code.variable(), code.variable(), code.variable()
        counts, element = code.variable(), code.variable()
        code.line(f"{lines} = []; {counts} = {(0, 0, 0, 0)}")
        with code.inside(f"if {reading.value}:"):
            code.line(f"{keys} = set(); {filtered} = 0")
            with code.inside(f"for p, {element} in enumerate({reading.value}):"):
                self._reader.element(elements, element)
                if child.where is not None:
                    with code.inside(f"if not ({condition_code(code, child.where, elements)}):"):
                        check_unchecked(code, elements)
                        code.line(f"{filtered} += 1")
                        code.line("continue")
                line, key = RowCode(code, self._item, elements, self._row.made).line(child)
                code.line(f"{lines}.append({line})")
                code.line(f"{keys}.add({key})")
            code.decline_unless(f"len({keys}) == len({lines})")
            numbers = f"len({reading.value}), len({lines}), {filtered}, 0"
            code.line(f"{counts} = ({numbers})")
        return lines, counts

    def _by_complete_path(self, child: Child) -> tuple[str, str]:
        """A list of scalars, or one that something else reads too."""
        code = self._code
        paths = [child.list_path]
        for column in child.columns.values():
            paths += column.item_paths(in_child=True)
        entries = dict(self._kept(path) for path in paths)
        pairs = ", ".join(f"({path!r}, {value})" for path, value in entries.items())
        made = ChildList(child, generate(child), self._mapping.unknown)
        lines, counts = code.variable(), code.variable()
        code.line(f"{lines}, {counts} = {code.constant(_complete(made))}([{pairs}])")
        return lines, counts

    def _kept(self, path: Path) -> tuple[Path, str]:
        """The path of what was kept whole for `path`, and its variable."""
        reading, rest = self._item.found(path)
        return path[: len(path) - len(rest)], reading.value


def _complete(made: ChildList) -> Callable[[list[Kept]], tuple[list[str], Counts]]:
    def rows(kept: list[Kept]) -> tuple[list[str], Counts]:
        found = made.rows(_placed(kept))
        if found.bad:
            raise DeclinedError
        counts = found.counts
        return found.lines, (counts.read, counts.rows, counts.filtered, counts.rejected)

    return rows


def _placed(kept: list[Kept]) -> dict[str, Any]:
    """Attributes at their paths, as in the item; a map with nothing wanted in it is left out."""
    item: dict[str, Any] = {}
    for path, attribute in kept:
        if attribute is not None:
            level = item
            for name in path[:-1]:
                level = level.setdefault(name, {"M": {}})["M"]
            level[path[-1]] = attribute
    return item
