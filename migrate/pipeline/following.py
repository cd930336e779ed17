"""How a copy follows its source: what a profile may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HorizonAction = Literal["alarm", "stop", "copy-again"]


@dataclass(frozen=True, slots=True)
class FollowSettings:
    """`horizon_action`: what happens when unread changes are `horizon_warn_hours` old; DynamoDB
    forgets them after 24. `keep_days`: how long applied changes stay in the ledger.
    `batch_changes`: at most so many are applied in one transaction. `idle_seconds`: the longest
    pause between two questions to a silent shard, which makes some 50 calls a minute;
    `quiet_seconds`: how long all must be silent to count as caught up."""

    horizon_warn_hours: float = 12
    horizon_action: HorizonAction = "alarm"
    keep_days: int = 30
    batch_changes: int = 2000
    idle_seconds: float = 1.2
    quiet_seconds: float = 5.0
