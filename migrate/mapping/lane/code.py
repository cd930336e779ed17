"""Writes the source of one generated function, and keeps the objects that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

if TYPE_CHECKING:
    from migrate.mapping.lane.json_memory import JsonMemory


class DeclinedError(Exception):
    """The lane is not sure about this item. Nobody outside the lane sees it."""


class Null:
    """What a variable holds for a NULL attribute, where NULL and absent are not the same."""


class Code:
    """Source text under way. In it `D` declines, `U` is msgspec's UNSET and `Z` is `Null`.

    `is_careful`: some text of the item was written with a backslash, so it may hold what COPY must
    escape, a NUL or a lone surrogate. Without one, JSON cannot hold any of them. `memory`: what a
    JSON column takes is left as the bytes it stands in, and its texts are remembered there.
    """

    def __init__(self, *, is_careful: bool, memory: JsonMemory | None = None) -> None:
        self.is_careful = is_careful
        self.memory = memory
        self.names: dict[str, Any] = {"D": DeclinedError, "U": UNSET, "Z": Null}
        self._lines: list[str] = []
        self._depth = 0
        self._variables = 0

    def line(self, *statements: str) -> None:
        """Statements at the present depth."""
        self._lines += [f"{' ' * self._depth}{one}" for one in statements]

    @contextmanager
    def inside(self, head: str) -> Iterator[None]:
        """What is written meanwhile stands in a block under `head`."""
        self.line(head)
        self._depth += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._depth -= 1

    def constant(self, value: Any) -> str:
        """A name for a Python object."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def variable(self) -> str:
        """A name that nothing else uses."""
        self._variables += 1
        return f"v{self._variables}"

    def decline_unless(self, condition: str) -> None:
        self.line(f"if not ({condition}): raise D")

    def function(self, name: str) -> Callable[..., Any]:
        """The finished function."""
        exec("\n".join(self._lines), self.names)  # noqa: S102 - validated names and repr() only
        return self.names[name]  # type: ignore[no-any-return]
