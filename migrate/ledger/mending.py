"""Lands what exports say of the time of a gap, as a generation of changes of its own."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.ledger import streams
from migrate.ledger.changes import ExportedChange
from migrate.ledger.streams import Generation, NewShard
from migrate.target.connection import Connection

_SHARD = "exports"


def land(connection: Connection, exports: Generation, changes: Iterable[ExportedChange]) -> int:
    """Add the generation `exports` with the newest of these changes of each key, closed at once,
    inside the caller's transaction. Returns how many changes it has. Memory is the server's."""
    connection.execute(
        "create temporary table mended (item_key text, export integer, at_micros bigint,"
        " image bytea) on commit drop"
    )
    with connection.cursor() as cursor, cursor.copy("COPY mended FROM STDIN") as copy:
        for one in changes:
            copy.write_row((one.item_key, one.export, one.at_micros, one.image))
    shard = _pinned(connection, exports)
    landed = connection.execute(
        "insert into migrate.changes (shard, sequence, item_key, kind, image, at)"
        ' select %s, row_number() over (order by export, at_micros, item_key collate "C"),'
        "  item_key, case when image is null then 'removed' else 'put' end, image,"
        "  timestamptz 'epoch' + at_micros * interval '1 microsecond'"
        ' from (select distinct on (item_key collate "C") * from mended'
        '  order by item_key collate "C", export desc, at_micros desc) newest',
        [shard],
    ).rowcount
    connection.execute(
        "update migrate.shards s set state = 'closed', captured = c.n, position = nullif(c.n, 0),"
        " at = c.at from (select count(*) as n, max(at) as at from migrate.changes"
        " where shard = %s) c where s.shard = %s",
        [shard, shard],
    )
    connection.execute("drop table mended")
    return landed


def _pinned(connection: Connection, exports: Generation) -> int:
    """The generation's one shard. It is complete when it is seen: nothing more comes."""
    model, number = exports.model, exports.number
    streams.pin(
        connection,
        model,
        number=number,
        table=exports.table,
        arn=exports.arn,
        label=exports.label,
        view_type=exports.view_type,
        covers_from=exports.covers_from,
        kind="exports",
    )
    until = exports.complete_until
    assert until is not None
    streams.set_state(connection, model, number, "ended", complete_until=until)
    streams.add_shards(connection, model, number, [NewShard(_SHARD, None, until)])
    return streams.shards(connection, model, number)[0].shard
