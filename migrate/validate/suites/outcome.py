"""What the suites found: passed, failed and raised apart; keys and counts, never values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.validate.suites.check import Check

KEYS_SHOWN = 20

RowKey = dict[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that does not hold. `count` is exact, in rows; None where it is not about rows."""

    check: Check
    count: int | None
    keys: tuple[RowKey, ...] = ()
    """Keys of the rows, as text, in order: all of them up to `failing.KEYS_MAX`."""
    found: str = ""
    """What the catalogue says instead, for a check of a type."""

    def as_json(self, keys_max: int | None = KEYS_SHOWN) -> dict[str, Any]:
        """The plain form; `keys_max` None: every key."""
        entry = _named(self.check)
        if self.count is not None:
            entry["failed"] = self.count
            entry["keys"] = list(self.keys[:keys_max])
        if self.found:
            entry["found"] = self.found
        return entry


@dataclass(frozen=True, slots=True)
class Raised:
    """A check that could not be evaluated, which is neither passed nor failed."""

    check: Check
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {**_named(self.check), "raised": self.reason}


@dataclass(frozen=True, slots=True)
class SuiteOutcome:
    """One suite after its run."""

    suite: str
    checks: int
    failures: tuple[Failure, ...] = ()
    not_evaluated: tuple[Raised, ...] = ()

    @property
    def failed(self) -> int:
        """Checks of severity error that do not hold."""
        return sum(1 for one in self.failures if one.check.severity == "error")

    @property
    def raised(self) -> int:
        return len(self.not_evaluated)

    @property
    def passed(self) -> bool:
        """A failure of severity warning is shown, and does not stand in the way."""
        return not self.failed and not self.raised

    def listed(self, keys_max: int | None = KEYS_SHOWN) -> tuple[dict[str, Any], ...]:
        """Failures, then what could not be evaluated, in the plain form."""
        failures = [one.as_json(keys_max) for one in self.failures]
        return (*failures, *(one.as_json() for one in self.not_evaluated))

    def as_json(self, keys_max: int | None = None) -> dict[str, Any]:
        """The plain form, with every key unless `keys_max` says otherwise."""
        return {
            "suite": self.suite,
            "passed": self.passed,
            "checks": self.checks,
            "failed": self.failed,
            "raised": self.raised,
            "failures": list(self.listed(keys_max)),
        }


def _named(check: Check) -> dict[str, Any]:
    return {
        "check": check.id,
        "table": check.table,
        "column": check.column,
        "says": dict(check.says),
        "severity": check.severity,
    }
