"""Changes of incremental exports, landed before the full export is read: the newest of each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class ExportedChange:
    """What an incremental export says of one key. `export` numbers the exports of a chain from 1,
    `at_micros` is the change's time in microseconds; `image` is typed JSON, None: deleted."""

    item_key: str
    export: int
    at_micros: int
    image: bytes | None


def land(
    connection: Connection, run_id: str, model: str, changes: Iterable[ExportedChange]
) -> None:
    """Keep the newest change of each key. Repeatable, and independent of the order of files."""
    newest: dict[str, ExportedChange] = {}
    for one in changes:
        held = newest.get(one.item_key)
        if held is None or (one.export, one.at_micros) > (held.export, held.at_micros):
            newest[one.item_key] = one
    connection.execute(
        "insert into migrate.export_changes (run_id, model, key_hash, item_key, export, at_micros,"
        " image) select %s, %s, sha256(convert_to(k, 'UTF8')), k, e, a, i"
        " from unnest(%s::text[], %s::integer[], %s::bigint[], %s::bytea[]) as c (k, e, a, i)"
        " on conflict (run_id, model, key_hash) do update"
        " set export = excluded.export, at_micros = excluded.at_micros, image = excluded.image"
        " where (excluded.export, excluded.at_micros)"
        " > (migrate.export_changes.export, migrate.export_changes.at_micros)",
        [
            run_id,
            model,
            list(newest),
            [one.export for one in newest.values()],
            [one.at_micros for one in newest.values()],
            [one.image for one in newest.values()],
        ],
    )


def changed_keys(
    connection: Connection, run_id: str, model: str, item_keys: Sequence[str]
) -> set[str]:
    """Those of the keys that an incremental export names: their items in the full export are out
    of date."""
    rows = connection.execute(
        "select item_key from migrate.export_changes where run_id = %s and model = %s"
        " and key_hash in (select sha256(convert_to(k, 'UTF8')) from unnest(%s::text[]) k)",
        [run_id, model, list(item_keys)],
    )
    return {row[0] for row in rows}


def images(
    connection: Connection, run_id: str, model: str, after: bytes | None, items_max: int
) -> Iterator[tuple[bytes, bytes]]:
    """(hash of the key, image) of what was not deleted, from behind `after` on, in order."""
    rows = connection.execute(
        "select key_hash, image from migrate.export_changes where run_id = %s and model = %s"
        " and image is not null and (%s::bytea is null or key_hash > %s)"
        " order by key_hash limit %s",
        [run_id, model, after, after, items_max],
    )
    for key_hash, image in rows:
        yield bytes(key_hash), bytes(image)


def forget_others(connection: Connection, run_id: str) -> None:
    """Remove what earlier runs landed: a new run reads its own."""
    connection.execute("delete from migrate.export_changes where run_id <> %s", [run_id])
