"""What an export is: its files, its instants and its counts, as its manifests state them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file: where it is now, its lines, and the MD5 of its stored bytes in hex."""

    location: str
    items: int
    md5: str

    @property
    def name(self) -> str:
        return self.location.rpartition("/")[2]

    def as_json(self) -> dict[str, Any]:
        return {"location": self.location, "items": self.items, "md5": self.md5}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(stored["location"], stored["items"], stored["md5"])


@dataclass(frozen=True, slots=True)
class Export:
    """One finished export. `location` is the folder of its manifests.

    `export_time`: the instant a full export shows; of an incremental one, the end of its window.
    The window runs from `from_time` (inside) to `to_time` (outside); a full export has none.
    `view` is NEW_IMAGE or NEW_AND_OLD_IMAGES, and empty for a full export.
    """

    location: str
    arn: str
    kind: Literal["full", "incremental"]
    table_name: str
    table_arn: str
    table_id: str
    export_time: datetime
    from_time: datetime | None
    to_time: datetime | None
    view: str
    items: int
    billed_bytes: int
    files: tuple[DataFile, ...]

    @property
    def export_id(self) -> str:
        return self.arn.rpartition("/")[2]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain values: the ledger stores what a run was loaded from."""
        return {
            "location": self.location,
            "arn": self.arn,
            "kind": self.kind,
            "table_name": self.table_name,
            "table_arn": self.table_arn,
            "table_id": self.table_id,
            "export_time": self.export_time.isoformat(),
            "from_time": _text(self.from_time),
            "to_time": _text(self.to_time),
            "view": self.view,
            "items": self.items,
            "billed_bytes": self.billed_bytes,
            "files": [file.as_json() for file in self.files],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        times = {
            name: None if stored[name] is None else datetime.fromisoformat(stored[name])
            for name in ("export_time", "from_time", "to_time")
        }
        files = tuple(DataFile.from_json(file) for file in stored["files"])
        return cls(**{**stored, **times, "files": files})


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
