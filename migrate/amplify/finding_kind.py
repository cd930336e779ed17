"""What is said once about all findings of one code."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.graph import Severity


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding. `explanation` is for the reference page, in whole sentences."""

    code: str
    severity: Severity
    explanation: str
    choices: tuple[str, ...] = ()
