"""A profile: one environment's source, target, limits and criteria (`rehearsals/<NAME>.yaml`)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from migrate.errors import FixInputError, SpecError
from migrate.pipeline.limits import RejectLimit
from migrate.yaml_source import problems_of, read

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")


StepName = Literal[
    "lint", "prepare", "plan", "capture", "load", "finalise", "follow", "drain", "validate",
    "report",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SourceSettings(_Part):
    """Where the Amplify tables are. `endpoint`: `aws`, `embedded`, or a URL."""

    api_id: str = Field(pattern=r"^[a-z0-9]{26}$")
    environment: str = Field(pattern=r"^[A-Za-z0-9]{1,10}$")
    region: str
    endpoint: str = "aws"
    export: str | None = None
    """A folder, or s3://bucket/prefix, whose exports are loaded instead of the tables."""


class TargetSettings(_Part):
    """Where rows go. The URL itself, with its password, comes from MIGRATE_TARGET_URL only."""

    url: Literal["environment", "embedded"] = "environment"
    kind: Literal["managed", "existing"] = "managed"
    constraints: Literal["detach", "keep"] = "detach"
    allow_unverified_tls: bool = False


def _limit(value: Any) -> Any:
    RejectLimit.of(value)
    return value


def _engine(value: str) -> str:
    if value != "processes" and not value.startswith("dask://"):
        raise ValueError("engine is processes, or dask://host:port")
    return value


class LoadSettings(_Part):
    """How a load runs. `workers` null: one a core; `segments` null: by table size.

    `read_units_per_second` is shared by all workers; `read_units_max` refuses a start by the
    estimate; `rejects_max`, a number, a share or both, stops a run.
    """

    workers: int | None = Field(default=None, ge=1, le=256)
    segments: int | None = Field(default=None, ge=1, le=1_000_000)
    unit_megabytes: int = Field(default=4, ge=1, le=64)
    engine: Annotated[str, AfterValidator(_engine)] = "processes"
    lease_seconds: int = Field(default=60, ge=2, le=3600)
    consistent_read: bool = True
    read_units_per_second: int | None = Field(default=None, ge=1)
    read_units_max: int | None = Field(default=None, ge=0)
    rejects_max: Annotated[int | str, BeforeValidator(_limit)] | None = None


class FollowSection(_Part):
    """How a copy follows its source; see `migrate.pipeline.following.FollowSettings`."""

    horizon_warn_hours: float = Field(default=12, gt=0, lt=24)
    horizon_action: Literal["alarm", "stop", "copy-again"] = "alarm"
    keep_days: int = Field(default=30, ge=2)
    batch_changes: int = Field(default=2000, ge=1, le=100_000)
    idle_seconds: float = Field(default=1.2, ge=0.1, le=60)
    quiet_seconds: float = Field(default=5.0, ge=0, le=3600)


class CostSettings(_Part):
    """What AWS charges, in any currency, from the region's price list; and the most a load may
    cost."""

    currency: str = "USD"
    per_million_read_units: float | None = Field(default=None, ge=0)
    per_exported_gigabyte: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, ge=0)


class SampleSettings(_Part):
    """Synthetic data that a rehearsal makes in an emulator; never in an account."""

    items: int = Field(default=20_000, ge=1)
    seed: int = 7


class CriteriaSettings(_Part):
    """The thresholds a rehearsal is judged by. `window_seconds`: load to validate."""

    missing_max: int = Field(default=0, ge=0)
    extra_max: int = Field(default=0, ge=0)
    different_max: int = Field(default=0, ge=0)
    orphans_max: int = Field(default=0, ge=0)
    window_seconds: int = Field(default=3600, ge=1)


class ApprovedReject(_Part):
    """One line of the approved list: up to `max` rejects of this rule in this model."""

    model: str
    rule: str
    max: Annotated[int | str, BeforeValidator(_limit)]
    reason: str = Field(min_length=1)

    def limit(self, items_read: int) -> int:
        """The limit as a number, of the model's items read."""
        return RejectLimit.of(self.max).allowed(items_read)


class DocumentSettings(_Part):
    """What stands at the head of the report."""

    title: str | None = None
    project: str | None = None
    customer: str | None = None
    revision: str | None = None
    classification: str | None = None
    distribution: str | None = None
    prepared_by: str | None = None


class ProductionDifference(_Part):
    """One way in which this environment is not production, and what that means."""

    subject: str
    rehearsal: str
    production: str
    effect: str


class Profile(_Part):
    """A validated profile. `planned_seconds` are by step: prepare, lint, plan, load, ..."""

    profile: str
    description: str = ""
    production: bool = False
    source: SourceSettings
    target: TargetSettings
    load: LoadSettings = LoadSettings()
    follow: FollowSection = FollowSection()
    costs: CostSettings = CostSettings()
    sample: SampleSettings | None = None
    criteria: CriteriaSettings = CriteriaSettings()
    approved_rejects: list[ApprovedReject] = Field(default_factory=list)
    document: DocumentSettings = DocumentSettings()
    planned_seconds: dict[StepName, int] = Field(default_factory=dict)
    production_differences: list[ProductionDifference] = Field(default_factory=list)

    @property
    def hash(self) -> str:
        """SHA-256 in hex over the content with defaults filled in."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def load_profile(name: str, folder: Path = Path("rehearsals")) -> Profile:
    """Read `rehearsals/<name>.yaml`. Raises FixInputError and SpecError."""
    if not _NAME.match(name):
        raise FixInputError(f"{name!r} is not a profile's name", "a name, not a path")
    path = folder / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(_names(folder))) or "none"
        raise FixInputError(f"there is no profile {name!r} ({path})", f"profiles here: {known}")
    document = read(path)
    try:
        profile = Profile.model_validate(document.value)
    except ValidationError as error:
        raise SpecError(problems_of(error, document, _known_keys())) from None
    if profile.profile != name:
        message = f"the profile calls itself {profile.profile!r}, but the file is {path.name}"
        raise SpecError([document.problem(("profile",), message)])
    return profile


def _names(folder: Path) -> list[str]:
    return [path.stem for path in folder.glob("*.yaml") if path.stem != "runbook"]


def _known_keys() -> set[str]:
    parts = (
        Profile, SourceSettings, TargetSettings, LoadSettings, CostSettings, SampleSettings,
        CriteriaSettings,
        ApprovedReject, DocumentSettings, ProductionDifference,
    )  # fmt: skip
    return {name for part in parts for name in part.model_fields}
