"""Changes of the synthetic sample, as a stream would bring them, put straight into the ledger."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from migrate.ledger import captured, schema, streams
from migrate.ledger.captured import CapturedChange, Kind
from migrate.ledger.streams import Heard, NewShard
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.rehearse.sample.generate import generate, planted_items
from migrate.rehearse.sample.layout import MODELS
from migrate.target.connection import Connection

Item = dict[str, Any]

# Catalogues: a second sample has the same names in them again.
_NEVER_NEW = {"Role", "Permission", "AssessmentQuestion", "RolePermissions"}
_UNIQUE = {
    "User": "email", "Meeting": "externalMeetingId", "Attendee": "joinToken",
    "RefreshToken": "token", "PasswordResetToken": "token",
}  # fmt: skip
_COVERS_FROM = datetime(2000, 1, 1, tzinfo=UTC)
_HOT_KEYS = 200


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the changes: `new` items, `removed` ones, and puts that take the unique value of
    another item (`taken`); the rest updates items. Of removals and updates, so many are of the same
    few items (`hot`)."""

    new: float = 0.2
    removed: float = 0.1
    taken: float = 0.0
    hot: float = 0.0


@dataclass
class Changes:
    """Seeded changes over a sample of `items` items. Each item is changed as it is by then."""

    items: int
    seed: int
    mix: Mix
    _now: dict[str, list[Item]] = field(default_factory=dict)

    def make(self, count: int) -> Iterator[tuple[str, Kind, Item]]:
        chance = random.Random(self.seed)
        for model, item in sound_items(self.items, 7):
            self._now.setdefault(model, []).append(item)
        of_model = [model for model in MODELS for _ in self._now[model]]
        fresh = _shuffled(int(count * self.mix.new * 1.3) + 1000, 1000 + self.seed, chance)
        for number in range(count):
            kind = chance.random()
            if kind < self.mix.taken:
                yield self._taken(chance)
            elif kind < self.mix.taken + self.mix.new:
                model, item = fresh.pop()
                yield model, "put", item
            else:
                model = chance.choice(of_model)
                item = self._one(chance, model)
                if kind > 1 - self.mix.removed:
                    yield model, "removed", item
                else:
                    yield model, "put", _touched(item, number)

    def _one(self, chance: random.Random, model: str) -> Item:
        items = self._now[model]
        hot = min(_HOT_KEYS, len(items))
        return items[chance.randrange(hot if chance.random() < self.mix.hot else len(items))]

    def _taken(self, chance: random.Random) -> tuple[str, Kind, Item]:
        model = chance.choice([one for one in _UNIQUE for _ in self._now[one]])
        item, other = chance.choice(self._now[model]), chance.choice(self._now[model])
        name = _UNIQUE[model]
        return model, "put", {**item, name: other.get(name, item.get(name))}


def sound_items(items: int, seed: int) -> Iterator[tuple[str, Item]]:
    """Without what was planted to clash or to be refused."""
    odd = {json.dumps(item) for _, item in planted_items(items, seed)}
    return (pair for pair in generate(items, seed) if json.dumps(pair[1]) not in odd)


def _shuffled(items: int, seed: int, chance: random.Random) -> list[tuple[str, Item]]:
    found = [pair for pair in sound_items(items, seed) if pair[0] not in _NEVER_NEW]
    for model, item in found:
        if model == "User":  # numbered from 1 in every sample
            item["email"] = {"S": f"new.{item['email']['S']}"}
    chance.shuffle(found)
    return found


def _touched(item: Item, number: int) -> Item:
    at = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=number)
    return {**item, "updatedAt": {"S": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}}


def pin(connection: Connection, mappings: Sequence[Mapping]) -> None:
    """A stream of one shard for every model, that covers everything."""
    schema.install(connection)
    now = datetime.now(UTC)
    for mapping in mappings:
        streams.pin(
            connection, mapping.model, number=1, table=mapping.model, arn="arn", label="1",
            view_type="NEW_IMAGE", covers_from=_COVERS_FROM,
        )  # fmt: skip
        streams.add_shards(connection, mapping.model, 1, [NewShard("s1", None, now)])
    connection.commit()


def land(
    connection: Connection,
    mappings: Sequence[Mapping],
    changes: Sequence[tuple[str, Kind, Item]],
    sequence: int = 0,
) -> None:
    """Captured behind what is there; every shard silent since, until tomorrow."""
    shards = {one.model: one for one in streams.shards(connection)}
    of_model = {mapping.model: mapping for mapping in mappings}
    at = datetime.now(UTC).replace(microsecond=0)
    landed: dict[str, list[CapturedChange]] = {}
    for number, (model, kind, item) in enumerate(changes, start=sequence + 1):
        key = item_key_text(of_model[model], item)
        image = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
        landed.setdefault(model, []).append(
            CapturedChange(
                shards[model].shard, 10**21 + number, key, kind, image if kind == "put" else None,
                None, at,
            )
        )  # fmt: skip
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for model, rows in landed.items():
        captured.land(connection, rows)
        shard = shards[model]
        heard = Heard(
            shard.shard, shard.position, rows[-1].sequence, len(rows), is_closed=False,
            read_at=tomorrow, silent_since=at, at=at,
        )  # fmt: skip
        assert streams.advance(connection, [heard])
    connection.execute("update migrate.shards set read_at = %s, silent_since = %s", [tomorrow, at])
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze migrate.changes")
    connection.execute("checkpoint")
    connection.autocommit = False
