"""Collects what every part of a mapping wants from an item's attributes."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.mapping.column import Column
from migrate.mapping.condition import Condition
from migrate.mapping.lane.empties import Empties
from migrate.mapping.lane.ordinary import ordinary_kinds
from migrate.mapping.lane.reading import Level, Reading
from migrate.mapping.path import Path, parse
from migrate.mapping.spec import Child, Mapping, Table
from migrate.mapping.transforms import DerivedId, FromAttribute, FromParent
from migrate.mapping.transforms.derived_id import AttributePart, ParentPart


class Wants:
    """The item's level and that of each child list's elements (None: elements stay whole)."""

    def __init__(self, mapping: Mapping, any_type: Iterable[str] = ()) -> None:
        """`any_type`: attributes that nobody reads, and that often hold no text or number."""
        self.item = Level()
        self.elements: list[Level | None] = [self._elements(child) for child in mapping.children]
        self._together: list[tuple[Level, tuple[Path, ...]]] = []
        self._mapping = mapping
        self._want_item()
        for child, level in zip(mapping.children, self.elements, strict=True):
            self._want_child(child, level)
        for name in any_type:
            self.item.keep_whole((name,))
        self._settle()
        self._find_self_checked()

    def _elements(self, child: Child) -> Level | None:
        if child.takes_scalars or child.takes_whole:
            self.item.keep_whole(child.list_path)
            return None
        reading = self.item.want(child.list_path, {"L"})
        if reading.elements is not None:  # two child lists of one attribute
            self.item.keep_whole(child.list_path)
        reading.elements = reading.elements or Level()
        return reading.elements

    def _want_item(self) -> None:
        mapping, source = self._mapping, self._mapping.source
        for name in source.key:
            self.item.known((name,))
        for name in mapping.leave:
            self.item.known(parse(name))
        if source.tombstone:
            self.item.want((source.tombstone,), {"BOOL"})
        self._want_condition(source.where, self.item)
        for table in [mapping.root, *mapping.further]:
            self._want_condition(table.when, self.item)
            self._want_columns(table, self.item)
            if table.when is None:
                self._be_strict(table, self.item)

    def _want_child(self, child: Child, level: Level | None) -> None:
        if level is None:
            return
        for name in child.leave:
            level.known(parse(name))
        self._want_condition(child.where, level)
        self._want_columns(child, level)
        self._be_strict(child, level)

    def _want_condition(self, condition: Condition | None, level: Level) -> None:
        for name, wanted in (condition or {}).items():
            kinds = condition_kinds(wanted)
            if kinds:
                level.want(parse(name), kinds)
            else:
                level.keep_whole(parse(name))

    def _want_columns(self, table: Table, level: Level) -> None:
        for column in table.columns.values():
            transform = column.transform
            if isinstance(transform, FromAttribute | FromParent):
                where = self.item if isinstance(transform, FromParent) else level
                self._want_paths(column, where, transform.paths)
            elif isinstance(transform, DerivedId):
                self._want_parts(transform, level)
            else:
                for path in column.item_paths(in_child=table.in_child):
                    self.item.keep_whole(path)
                for path in column.element_paths(in_child=table.in_child):
                    level.keep_whole(path)

    def _want_paths(self, column: Column, level: Level, paths: tuple[Path, ...]) -> None:
        kinds, empties = ordinary_kinds(column), Empties.of(column)
        if len(paths) > 1:
            self._together.append((level, paths))
        for path in paths:
            if not kinds:
                level.keep_whole(path)
                continue
            reading = level.want(path, kinds)
            reading.texts |= kinds == {"L"}
            reading.tells_null |= empties.absent != empties.null

    def _want_parts(self, transform: DerivedId, level: Level) -> None:
        for part in transform.parts:
            if isinstance(part, AttributePart | ParentPart):
                where = self.item if isinstance(part, ParentPart) else level
                reading = where.want(part.path, set())
                reading.is_part = True

    def _be_strict(self, table: Table, level: Level) -> None:
        """What is a reject where it is absent or NULL is there in every ordinary item."""
        for column in table.columns.values():
            for path in _needed(column):
                if len(path) == 1:
                    level.known(path).is_strict = True

    def _find_self_checked(self) -> None:
        """JSON columns look at all of an attribute anyway, where a row is always made."""
        tables: list[tuple[Table, Level]] = [(self._mapping.root, self.item)]
        tables += [(one, self.item) for one in self._mapping.further if one.when is None]
        lists = zip(self._mapping.children, self.elements, strict=True)
        tables += [(child, level) for child, level in lists if level is not None]
        for table, level in tables:
            for column in table.columns.values():
                if writes_json(column) and isinstance(column.transform, FromAttribute):
                    path = column.transform.paths[0]
                    reading, rest = level.found(path)
                    reading.checks_itself = not rest and reading.has_one_reader

    def all_unchecked(self) -> list[Reading]:
        """Readings of the item and of elements whose shape nobody looks at when they are read."""
        levels = [self.item, *(one for one in self.elements if one is not None)]
        return [reading for level in levels for reading in level.unchecked()]

    def _settle(self) -> None:
        news = True
        while news:
            news = False
            for level in [self.item, *(one for one in self.elements if one is not None)]:
                level.settle()
            for level, paths in self._together:
                news |= _agree(level, paths)
            for child, elements in zip(self._mapping.children, self.elements, strict=True):
                news |= self._settle_child(child, elements)

    def _settle_child(self, child: Child, elements: Level | None) -> bool:
        """A list that is kept whole is read by the complete path, as is all that its rows take."""
        reading, rest = self.item.found(child.list_path)
        if elements is not None and not reading.is_whole and not rest:
            return False
        paths = [child.list_path]
        for column in child.columns.values():
            paths += column.item_paths(in_child=True)
        return _keep_whole(self.item, paths)


def _needed(column: Column) -> list[Path]:
    """Paths that the column cannot do without."""
    transform = column.transform
    if isinstance(transform, DerivedId):
        return [part.path for part in transform.parts if isinstance(part, AttributePart)]
    if not isinstance(transform, FromAttribute) or len(transform.paths) > 1:
        return []
    empties = Empties.of(column)
    return list(transform.paths) if empties.absent is None and empties.null is None else []


def writes_json(column: Column) -> bool:
    """Whether the column is one attribute as JSON."""
    transform = column.transform
    is_json = column.type.name == "jsonb" and column.values is None
    return is_json and isinstance(transform, FromAttribute) and len(transform.paths) == 1


def _agree(level: Level, paths: tuple[Path, ...]) -> bool:
    """Paths of which the first one counts are read alike. Tells whether that is news."""
    found = [level.found(path) for path in paths]
    readings: list[Reading] = [reading for reading, _ in found]
    alike = all(not rest for _, rest in found) and len({frozenset(r.kinds) for r in readings}) == 1
    if alike and not any(reading.is_whole for reading in readings):
        return False
    return _keep_whole(level, paths)


def _keep_whole(level: Level, paths: Iterable[Path]) -> bool:
    news = [level.keep_whole(path) for path in paths]
    return any(news)


def condition_kinds(wanted: object) -> set[str]:
    """The types that decide a line of a condition where generated code can; none: it cannot."""
    if isinstance(wanted, dict):
        return condition_kinds(wanted["not"]) if "not" in wanted else set()
    choices = wanted if isinstance(wanted, list) else [wanted]
    if all(isinstance(one, str) for one in choices):
        return {"S"}
    return {"BOOL"} if all(isinstance(one, bool) for one in choices) else set()
