"""The ledger's tables. It lives in the target, so that rows and their account commit together."""

from __future__ import annotations

from psycopg import sql

from migrate.errors import AskOperatorError
from migrate.target.connection import Connection

VERSION = 2

_TABLES = """
create schema if not exists migrate;

create table if not exists migrate.version (version integer not null);

-- One load and all that follows it until the next: what was copied, from where, by which mappings.
create table if not exists migrate.runs (
    run_id text primary key,
    profile text not null,
    state text not null check (state in ('loading', 'loaded', 'finalised', 'abandoned')),
    fingerprint text not null,
    mapping_hashes jsonb not null,
    tool_version text not null,
    started_at timestamptz not null default clock_timestamp(),
    loaded_at timestamptz,
    finalised_at timestamptz,
    record jsonb
);

-- A scan segment is work for one worker at a time: it holds the lease, and commits only with it.
create table if not exists migrate.segments (
    run_id text not null references migrate.runs,
    model text not null,
    source_table text not null,
    segment integer not null,
    segments_total integer not null,
    phase integer not null,
    position text,
    finished boolean not null default false,
    lease uuid,
    units integer not null default 0,
    primary key (run_id, model, segment)
);

-- One committed piece of work. Counts are of items (lists: of elements) and may be negative in
-- kind finalise and retry, which move items between loaded and rejected; every row balances.
create table if not exists migrate.units (
    run_id text not null references migrate.runs,
    unit_id bigint generated always as identity primary key,
    kind text not null check (kind in ('scan', 'finalise', 'retry')),
    model text not null,
    segment integer,
    number integer,
    read bigint not null,
    loaded bigint not null,
    tombstones bigint not null,
    filtered bigint not null,
    rejected bigint not null,
    rows bigint not null,
    lists jsonb not null,
    bytes bigint not null default 0,
    seconds double precision not null default 0,
    cpu_seconds double precision not null default 0,
    rss_kilobytes bigint not null default 0,
    resumed boolean not null default false,
    committed_at timestamptz not null default clock_timestamp(),
    unique (run_id, model, segment, number),
    check (read = loaded + tombstones + filtered + rejected)
);

-- Items, and elements of lists, that the mapping refuses. `body` is typed JSON as it was read.
create table if not exists migrate.rejects (
    reject_id bigint generated always as identity primary key,
    run_id text not null references migrate.runs,
    model text not null,
    item_key text not null,
    list text,
    place integer,
    rule text not null,
    target_table text not null,
    target_column text not null,
    attribute text not null,
    cause text not null default '',
    mapping_hash text not null,
    body text,
    state text not null default 'open' check (state in ('open', 'retried', 'superseded')),
    rejected_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);
create index if not exists rejects_item_idx on migrate.rejects (run_id, model, md5(item_key));

-- What a load took off the target, to be put back exactly.
create table if not exists migrate.detached (
    table_name text not null,
    name text not null,
    kind text not null,
    definition text not null,
    run_id text not null,
    detached_at timestamptz not null default clock_timestamp(),
    primary key (table_name, name)
);
alter table migrate.detached add column if not exists comment text;

-- References that `orphans: null` set to NULL: set again when a retry brings what they refer to.
create table if not exists migrate.dangling (
    run_id text not null references migrate.runs,
    table_name text not null,
    column_name text not null,
    key jsonb not null,
    value text not null
);
create index if not exists dangling_idx on migrate.dangling (run_id, table_name, column_name);
"""

# One command at a time changes a target; the number is "migrate" read as bytes, cut to 63 bits.
_LOCK = 0x6D69677261746


def install(connection: Connection) -> None:
    """Create what is missing. Raises AskOperatorError for a ledger of a later version."""
    found = _version(connection)
    if found > VERSION:
        raise AskOperatorError(
            f"the ledger in this target has version {found}, this tool writes {VERSION}",
            "use the tool version that made it, or a fresh target",
        )
    if found == VERSION:
        return
    # Two commands may start at once; CREATE IF NOT EXISTS is not safe against itself.
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK + 1])
    connection.execute(_TABLES)  # versions so far only added to each other
    connection.execute("delete from migrate.version")
    connection.execute("insert into migrate.version values (%s)", [VERSION])
    connection.commit()


def _version(connection: Connection) -> int:
    """The version of the ledger that is there; 0: there is none."""
    row = connection.execute("select to_regclass('migrate.version') is not null").fetchone()
    if not row or not row[0]:
        return 0
    found = connection.execute("select version from migrate.version").fetchone()
    return int(found[0]) if found else 0


def exists(connection: Connection) -> bool:
    """Whether this database holds a ledger at all."""
    row = connection.execute("select to_regclass('migrate.runs') is not null").fetchone()
    return bool(row and row[0])


def lock(connection: Connection) -> None:
    """Take the target for this command until the connection ends.

    The lock dies with the process that holds it, so a killed run never blocks the next.
    Raises AskOperatorError when another command has it.
    """
    row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
    connection.commit()
    if row and row[0]:
        return
    holder = connection.execute(
        sql.SQL(
            "select a.application_name, a.backend_start::timestamptz(0)::text from pg_locks l"
            " join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted"
            " and (l.classid::bigint << 32) | l.objid::bigint = %s"
        ),
        [_LOCK],
    ).fetchone()
    connection.rollback()
    who = f" ({holder[0]}, since {holder[1]})" if holder else ""
    raise AskOperatorError(f"another migrate command is at work on this target{who}", "wait for it")
