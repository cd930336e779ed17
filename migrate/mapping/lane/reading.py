"""What the mapping wants from each attribute, so that it is looked at once and only as needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from migrate.mapping.path import Path

_numbers = count()


@dataclass(eq=False)
class Reading:
    """One attribute of an item, of a map in it, or of an element.

    `kinds`: DynamoDB types that are ordinary for it. `is_whole`: kept as typed JSON, checked for
    shape, for whatever needs all of it; `checks_itself`: its only reader checks the shape.
    `is_strict`: an ordinary item always has it, not NULL. `tells_null`: somebody must know NULL
    from absent. `users`: how many read it, none where it is only known. `is_part`: a derived id
    reads its text. `inner`: its keys, where paths walk into it. `elements`: of a child list.
    `texts`: an L of S.
    """

    name: str
    kinds: set[str] = field(default_factory=set)
    is_whole: bool = False
    checks_itself: bool = False
    is_strict: bool = False
    tells_null: bool = False
    users: int = 0
    is_part: bool = False
    inner: Level | None = None
    elements: Level | None = None
    texts: bool = False
    number: int = field(default_factory=_numbers.__next__)

    @property
    def value(self) -> str:
        """The variable that holds the value: None where there is none."""
        return f"x{self.number}"

    @property
    def kind(self) -> str:
        """The variable that holds the type, where more than one is ordinary."""
        return f"t{self.number}"

    @property
    def is_used(self) -> bool:
        return self.users > 0

    @property
    def has_one_reader(self) -> bool:
        return self.users == 1 and self.inner is None and self.elements is None

    @property
    def has_kinds(self) -> bool:
        return len(self.kinds) > 1

    def settle(self) -> None:
        """Keep it whole where its readers want what cannot be had together."""
        if self.is_part and not self.kinds:
            self.kinds = {"S", "N"}
        mixed_list = "L" in self.kinds and len(self.kinds) > 1
        mixed_map = self.inner is not None and self.is_used
        two_lists = self.texts and self.elements is not None
        if mixed_list or mixed_map or two_lists or (self.is_used and not self.kinds):
            self.is_whole = True
        if self.inner is not None and not self.is_whole:
            for one in self.inner.readings():
                one.settle()

    def nothing(self, value: str = "None") -> list[str]:
        """Statements for where it is absent, or NULL: the same of the keys inside."""
        if self.inner is not None and not self.is_whole:
            return [line for one in self.inner.readings() for line in one.nothing()]
        if not self.is_used:
            return []
        kind = [f"{self.kind} = None"] if self.has_kinds and not self.is_whole else []
        return [f"{self.value} = {value}", *kind]

    @property
    def null(self) -> list[str]:
        """Statements for a NULL."""
        return self.nothing("Z" if self.tells_null else "None")


@dataclass(eq=False)
class Level:
    """The attributes known at one level, of which some check their own shape."""

    by_name: dict[str, Reading] = field(default_factory=dict)

    def readings(self) -> list[Reading]:
        return list(self.by_name.values())

    def unchecked(self) -> list[Reading]:
        """Readings whose shape nobody looked at when the level was read, at any depth."""
        found = [one for one in self.readings() if one.checks_itself]
        for one in self.readings():
            if one.inner is not None and not one.is_whole:
                found += one.inner.unchecked()
        return found

    def lists(self) -> list[Reading]:
        """Readings of child lists, at any depth."""
        found = [one for one in self.readings() if one.elements is not None and not one.is_whole]
        for one in self.readings():
            if one.inner is not None and not one.is_whole:
                found += one.inner.lists()
        return found

    def keeps_any_whole(self) -> bool:
        """Whether some reading is kept as typed JSON, at any depth."""
        readings = self.readings()
        inner = [one.inner for one in readings if one.inner is not None]
        return any(one.is_whole for one in readings) or any(one.keeps_any_whole() for one in inner)

    def known(self, path: Path) -> Reading:
        """The reading at `path`, made known where it is not yet."""
        level = self
        for name in path[:-1]:
            reading = level.by_name.setdefault(name, Reading(name))
            reading.inner = reading.inner or Level()
            level = reading.inner
        return level.by_name.setdefault(path[-1], Reading(path[-1]))

    def found(self, path: Path) -> tuple[Reading, Path]:
        """The reading that holds `path`, and the rest of the path where it is kept whole."""
        level = self
        for place, name in enumerate(path):
            reading = level.by_name[name]
            if reading.is_whole or reading.inner is None or place == len(path) - 1:
                return reading, path[place + 1 :]
            level = reading.inner
        raise LookupError(path)

    def want(self, path: Path, kinds: set[str]) -> Reading:
        """Somebody reads `path` where it is of these types."""
        reading = self.known(path)
        reading.kinds |= kinds
        reading.users += 1
        return reading

    def keep_whole(self, path: Path) -> bool:
        """Keep what holds `path` as typed JSON. Tells whether that is news."""
        reading = self.known(path) if not self._is_inside_whole(path) else self.found(path)[0]
        news = not (reading.is_whole and reading.is_used)
        reading.is_whole = True
        reading.users += 1
        return news

    def _is_inside_whole(self, path: Path) -> bool:
        try:
            reading, rest = self.found(path)
        except KeyError:
            return False
        return reading.is_whole and bool(rest)

    def settle(self) -> None:
        for one in self.readings():
            one.settle()
