"""The record of one rehearsal: what `migrate rehearse --json` prints and every report renders.

Counts are integers of items, elements or rows as named; times are UTC; durations are seconds.
No field may hold a value of class personal or medical: examples arrive here masked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["equal", "different", "unfinished"]


@dataclass(frozen=True)
class Criterion:
    """One condition of the profile. `actual` None means not measured, which never passes."""

    id: str
    threshold: int | float | str
    actual: int | float | str | None
    passed: bool


@dataclass(frozen=True)
class Accounting:
    """Items of one model: read = loaded + tombstones + filtered + rejected when balanced."""

    model: str
    read: int
    loaded: int
    tombstones: int
    filtered: int
    rejected: int
    balanced: bool


@dataclass(frozen=True)
class ChildAccounting:
    """Elements of one child list: read = rows + filtered + rejected when balanced.

    Elements of an item that was rejected whole are not read: they went with it.
    """

    model: str
    list: str
    read: int
    rows: int
    filtered: int
    rejected: int
    balanced: bool


@dataclass(frozen=True)
class Reconciled:
    """One target table compared in both directions, in rows."""

    table: str
    compared: int
    missing: int
    extra: int
    different: int


@dataclass(frozen=True)
class ColumnDifference:
    """One column of one row; values of class personal and medical are masked."""

    column: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True)
class Difference:
    """One row that differs. `key` maps key column to value (keys are opaque and shown)."""

    table: str
    kind: Literal["missing", "extra", "different"]
    key: dict[str, str]
    columns: tuple[ColumnDifference, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class SuiteResult:
    """One suite. `raised` counts checks that could not be evaluated, apart from `failed`."""

    suite: str
    passed: bool
    checks: int
    failed: int
    raised: int = 0
    failures: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of the rehearsal: prepare, lint, plan, load, finalise, validate, report; where the
    source changes meanwhile, also capture, follow and drain."""

    name: str
    seconds: float
    started_at: str = ""
    planned_seconds: float | None = None
    """What the profile plans for this step; None when it plans nothing."""


@dataclass(frozen=True)
class RejectRule:
    """Rejects of one rule in one model, against the profile's approved list.

    `limit` None: the rule is not on the list. Examples are keys with a masked value.
    """

    model: str
    rule: str
    column: str
    count: int
    limit: int | None
    reason: str
    passed: bool
    examples: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Throughput:
    """Items committed up to `seconds` after the load began."""

    seconds: float
    items: int


@dataclass(frozen=True)
class ExportRead:
    """One export to S3 that was read instead of a table. Times are ISO 8601 in UTC.

    `to_time`: the instant that a full export shows, or the end of an incremental one's window,
    outside of it. `from_time`: the window's start; None for a full export. `items`: lines.
    """

    model: str
    kind: Literal["full", "incremental"]
    arn: str
    table_id: str
    from_time: str | None
    to_time: str
    items: int
    location: str


@dataclass(frozen=True)
class FollowedModel:
    """Changes of one model since the load: captured = applied + superseded + rejected + pending
    when balanced. `deleted` are among the applied, `waiting` (keys) among the pending."""

    model: str
    captured: int
    applied: int
    superseded: int
    rejected: int
    deleted: int
    pending: int
    waiting: int
    balanced: bool


@dataclass(frozen=True)
class Following:
    """A copy that followed its source while that changed: sums over its models, and the writer.

    `lag_seconds_max` counts from a change, in whole seconds of DynamoDB's clock, to its rows.
    `drained`: the streams were closed, read to their end, and all of it applied.
    `written`: changes that the writer made, by kind in `written_kinds`, in `written_seconds`.
    """

    captured: int
    applied: int
    superseded: int
    rejected: int
    deleted: int
    pending: int
    waiting: int
    lag_seconds_max: float
    drained: bool
    written: int
    written_seconds: float
    written_kinds: dict[str, int] = field(default_factory=dict)
    models: tuple[FollowedModel, ...] = ()


@dataclass
class Record:
    """A rehearsal from its start to its verdict."""

    run_id: str
    profile: str
    verdict: Verdict
    passed: bool
    criteria: list[Criterion] = field(default_factory=list)
    accounting: list[Accounting] = field(default_factory=list)
    children: list[ChildAccounting] = field(default_factory=list)
    reconciliation: list[Reconciled] = field(default_factory=list)
    suites: list[SuiteResult] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    report: dict[str, str] = field(default_factory=dict)
    """Paths of html, json, junit (and xlsx)."""
    follow: Following | None = None
    """Where the source was changed meanwhile and the copy followed it."""

    # Beyond the contract of --json; the reports need it.
    started_at: str = ""
    finished_at: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    """Named facts: source, region, target server version, TLS, host, operator."""
    versions: dict[str, str] = field(default_factory=dict)
    """tool, commit, mappings (hash), profile (hash), each mapping as `mapping:<Model>`, data."""
    exports: list[ExportRead] = field(default_factory=list)
    """What was read, in the order in which it counts; empty where tables were scanned."""
    rejects: list[RejectRule] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    differences_total: int = 0
    """All that were found; `differences` holds the first of them."""
    throughput: list[Throughput] = field(default_factory=list)
    load: dict[str, int | float] = field(default_factory=dict)
    """items, rows, seconds, items_per_second, megabytes_per_second, units, resumed_units."""
    foreign: dict[str, int] = field(default_factory=dict)
    """Rows of the new system per table, counted and untouched."""
    earlier: list[dict[str, Any]] = field(default_factory=list)
    """Earlier rehearsals of this ledger: run_id, finished_at, verdict, passed, seconds, items."""
    document: dict[str, str] = field(default_factory=dict)
    """Head of the report, from the profile: project, revision, classification, distribution."""
    production_differences: list[dict[str, str]] = field(default_factory=list)
    """How the rehearsal differs from production: subject, rehearsal, production, effect."""

    def as_json(self) -> dict[str, Any]:
        """The plain form for JSON."""
        return asdict(self)
