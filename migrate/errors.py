"""The one error tree, grouped by what the reader does next: fix the input, retry, ask, stop.

Every error carries a message that names the thing, and a hint that says what to do. No error
carries a value out of an item: messages reach terminals, logs and reports. Only `migrate.cli`
turns an error into an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass


class MigrateError(Exception):
    """Base of the tree. `message` says what happened, `hint` what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)  # both in args: errors cross process borders by pickle
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class FixInputError(MigrateError):
    """The command line, a file, a credential or a name is wrong; running again will not help."""


class RetryLaterError(MigrateError):
    """Something outside is down, full or throttled; the same command goes on where this stopped."""


class AskOperatorError(MigrateError):
    """A decision is needed: a gate is closed, or going on could destroy something."""


class DefectError(MigrateError):
    """An invariant of ours broke. Nothing was committed; the message belongs in a bug report."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a specification file. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    source_line: str = ""

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SpecError(FixInputError):
    """Problems in mappings, profiles or suites: all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun} in the specification")
        self.problems = problems

    def __reduce__(self) -> tuple[type[SpecError], tuple[list[Problem]]]:
        return (SpecError, (self.problems,))
