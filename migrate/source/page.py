"""One page of a source: items as they were read, undecoded, and where reading goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """A scan's answer, or a stretch of an export file.

    `items`: each one item in typed JSON, as bytes. `position`: a typed-JSON key, or {"line": n}
    in an export file; None: the part is finished. `body_bytes`: JSON read for it. `read_units`:
    what DynamoDB says it cost. `broken`: lines of a file that are no item, by line number from 1.
    """

    items: list[bytes]
    position: dict[str, Any] | None
    body_bytes: int
    read_units: float = 0.0
    broken: list[tuple[int, bytes]] = field(default_factory=list)
