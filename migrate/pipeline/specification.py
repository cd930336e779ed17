"""Mappings and business rules read together: every problem of both at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import Problem, SpecError
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.validate.suites.check import Suite
from migrate.validate.suites.files import load_rules

RULES = Path("validation")


@dataclass(frozen=True)
class Specification:
    """What a migration does, and what must hold afterwards."""

    mappings: Sequence[Mapping]
    rules: Sequence[Suite]
    rules_folder: Path | None
    """Where the rules stand; None: there are none for these mappings."""

    @property
    def rules_total(self) -> int:
        return sum(len(suite.checks) for suite in self.rules)


def read_specification(mappings_folder: Path, rules_folder: Path | None = None) -> Specification:
    """Read both folders. `rules_folder` None: `validation/` and the name of the mappings folder,
    where that exists. Raises SpecError with all problems, FixInputError for a missing folder.
    """
    folder = rules_folder or _usual(mappings_folder)
    problems: list[Problem] = []
    mappings: Sequence[Mapping] | None = None
    rules: Sequence[Suite] = []
    try:
        mappings = load_mappings(mappings_folder)
    except SpecError as error:
        problems += error.problems
    if folder is not None:
        try:
            rules = load_rules(folder, mappings)
        except SpecError as error:
            problems += error.problems
    if problems or mappings is None:
        raise SpecError(problems)
    return Specification(mappings, rules, folder)


def _usual(mappings_folder: Path) -> Path | None:
    folder = RULES / mappings_folder.resolve().name
    return folder if folder.is_dir() else None


def no_rules_note(mappings_folder: Path) -> str:
    """What an operator should know when nobody wrote rules for these mappings."""
    return f"no business rules: there is no folder {RULES / mappings_folder.resolve().name}"
