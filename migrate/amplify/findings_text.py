"""Findings in an order that does not change, as a page and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from migrate.amplify.graph import Finding, Severity

_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}
_HEADS: dict[Severity, str] = {
    "error": "Errors: these must be put right first",
    "warning": "Warnings: these need a decision",
    "info": "For information: what was chosen",
}


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then by place; each once."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda one: (
            _RANK[one.severity], one.place.file, one.place.line, one.place.column, one.code,
            one.subject, one.message,
        ),
    )  # fmt: skip


def as_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": str(finding.place),
        "subject": finding.subject,
        "message": finding.message,
        "choices": list(finding.choices),
    }


def page(findings: Sequence[Finding], generation: str, reason: str) -> str:
    """findings.md. `findings` are in order."""
    lines = [
        "# Findings", "",
        f"The schema was read by the rules of {generation}: {reason}.", "",
        "Made by `migrate convert`; converting again writes it anew. Each code is explained in"
        " docs/reference/findings.md.", "",
        _summary(findings),
    ]  # fmt: skip
    for severity, head in _HEADS.items():
        those = [one for one in findings if one.severity == severity]
        if those:
            lines += ["", f"## {head}"]
            for finding in those:
                lines += _section(finding)
    return "\n".join(lines) + "\n"


def _summary(findings: Sequence[Finding]) -> str:
    if not findings:
        return "There is none."
    counts: Counter[str] = Counter(one.severity for one in findings)
    return ", ".join(
        f"{counts[severity]} {word if counts[severity] == 1 else plural}"
        for severity, word, plural in (
            ("error", "error", "errors"), ("warning", "warning", "warnings"),
            ("info", "note", "notes"),
        )
        if counts[severity]
    ) + "."  # fmt: skip


def _section(finding: Finding) -> Iterator[str]:
    about = f" — {finding.subject}" if finding.subject else ""
    yield from ("", f"### `{finding.code}`{about}", "", f"{finding.place}", "")
    yield f"{finding.message[:1].upper()}{finding.message[1:]}."
    if finding.choices:
        yield ""
        yield from (f"- {choice}" for choice in finding.choices)
