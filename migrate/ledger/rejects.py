"""Rejects: items and list elements that became no rows, stored whole with the rule they broke."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class Reject:
    """One reject. `list` and `place` (from 0) name an element; `cause` says what else led to it,
    such as the table whose row is missing. `body` is typed JSON; None: it was gone when asked."""

    model: str
    item_key: str
    rule: str
    table: str = ""
    column: str = ""
    attribute: str = ""
    list: str | None = None
    place: int | None = None
    cause: str = ""
    mapping_hash: str = ""
    body: Any = None
    reject_id: int = 0

    @property
    def is_keyless(self) -> bool:
        """A line of an export that is no item, or an item without its key: there is nothing to
        ask for again."""
        values = json.loads(self.item_key).values()
        return not values or None in values


_COLUMNS = (
    "model, item_key, rule, target_table, target_column, attribute, list, place, cause,"
    " mapping_hash, body, reject_id"
)


def add(connection: Connection, run_id: str, rejects: Iterable[Reject]) -> None:
    """Store rejects inside the unit's transaction."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY migrate.rejects (run_id, model, item_key, rule, target_table, target_column,"
            " attribute, list, place, cause, mapping_hash, body) FROM STDIN"
        ) as copy,
    ):
        for one in rejects:
            copy.write_row(
                (
                    run_id, one.model, one.item_key, one.rule, one.table, one.column,
                    _storable(one.attribute), one.list, one.place, one.cause, one.mapping_hash,
                    None if one.body is None else json.dumps(one.body),
                )
            )  # fmt: skip


def _storable(attribute: str) -> str:
    """An attribute's name is free text in DynamoDB; what PostgreSQL cannot hold is escaped."""
    return attribute.replace("\x00", "\\u0000").encode(errors="backslashreplace").decode()


def open_rejects(
    connection: Connection,
    run_id: str,
    *,
    model: str | None = None,
    rules: Sequence[str] | None = None,
    item_keys: Sequence[str] | None = None,
    limit: int | None = None,
    bodies: bool = True,
) -> list[Reject]:
    """Open rejects in the order they were found. Without `bodies`, which may be large, body is
    None."""
    columns = _COLUMNS if bodies else _COLUMNS.replace(" body,", " null,")
    rows = connection.execute(
        f"select {columns} from migrate.rejects where run_id = %(run)s and state = 'open'"
        " and (%(model)s::text is null or model = %(model)s)"
        " and (%(rules)s::text[] is null or rule = any(%(rules)s))"
        " and (%(keys)s::text[] is null or md5(item_key) in"
        "      (select md5(k) from unnest(%(keys)s::text[]) k) and item_key = any(%(keys)s))"
        " order by reject_id limit %(limit)s",
        {
            "run": run_id,
            "model": model,
            "rules": list(rules) if rules is not None else None,
            "keys": list(item_keys) if item_keys is not None else None,
            "limit": limit,
        },
    )
    return [_of(row) for row in rows]


def is_any_twice(connection: Connection, run_id: str, model: str) -> bool:
    """Whether an item of the model stands among the open rejects more than once."""
    row = connection.execute(
        "select exists (select from migrate.rejects where run_id = %s and model = %s"
        " and state = 'open' and list is null group by item_key having count(*) > 1)",
        [run_id, model],
    ).fetchone()
    return bool(row and row[0])


def _of(row: tuple[Any, ...]) -> Reject:
    values = dict(zip(Reject.__slots__, row, strict=True))
    if values["body"] is not None:
        values["body"] = json.loads(values["body"])
    return Reject(**values)


def close(connection: Connection, reject_ids: Sequence[int], state: str) -> None:
    """Close rejects as `retried` or `superseded`."""
    connection.execute(
        "update migrate.rejects set state = %s, closed_at = clock_timestamp()"
        " where reject_id = any(%s)",
        [state, list(reject_ids)],
    )


def supersede(connection: Connection, run_id: str, model: str, hashes: str) -> None:
    """Close all open rejects of items that changed since, by `key_hashes`; those of their elements
    too."""
    connection.execute(
        "update migrate.rejects set state = 'superseded', closed_at = clock_timestamp()"
        " where run_id = %s and model = %s and state = 'open' and md5(item_key) = any(%s::text[])",
        [run_id, model, hashes],
    )


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Open rejects by model, rule and column."""

    model: str
    rule: str
    table: str
    column: str
    attribute: str
    list: str | None
    cause: str
    count: int


def by_rule(connection: Connection, run_id: str) -> list[RuleCount]:
    """How many open rejects each rule has, largest first."""
    rows = connection.execute(
        "select model, rule, target_table, target_column, attribute, list, cause, count(*)"
        " from migrate.rejects where run_id = %s and state = 'open'"
        " group by 1, 2, 3, 4, 5, 6, 7 order by 8 desc, 1, 2, 3, 4, 5, 6, 7",
        [run_id],
    )
    return [RuleCount(*row) for row in rows]


def states(connection: Connection, run_id: str) -> dict[str, int]:
    """How many rejects are open, retried and superseded."""
    rows = connection.execute(
        "select state, count(*) from migrate.rejects where run_id = %s group by state", [run_id]
    )
    return dict(rows.fetchall())


def open_items(connection: Connection, run_id: str) -> dict[str, int]:
    """How many items are rejected whole now, by model."""
    rows = connection.execute(
        "select model, count(*) from migrate.rejects where run_id = %s and state = 'open'"
        " and list is null group by model",
        [run_id],
    )
    return dict(rows.fetchall())


def states_of(connection: Connection, run_id: str, reject_ids: Sequence[int]) -> dict[int, str]:
    """The state of each of these rejects."""
    rows = connection.execute(
        "select reject_id, state from migrate.rejects where run_id = %s and reject_id = any(%s)",
        [run_id, list(reject_ids)],
    )
    return dict(rows.fetchall())
