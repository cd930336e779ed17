"""The ledger's tables. It lives in the target, so that rows and their account commit together."""

from __future__ import annotations

from migrate.errors import AskOperatorError
from migrate.ledger.following_tables import FOLLOWING_TABLES
from migrate.ledger.locks import INSTALLING
from migrate.target.connection import Connection

VERSION = 4

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
    source jsonb,
    tool_version text not null,
    started_at timestamptz not null default clock_timestamp(),
    loaded_at timestamptz,
    finalised_at timestamptz,
    record jsonb
);

-- A part (a scan segment, an export file) is work for one worker at a time: it holds the lease,
-- and commits only with it. `place` says where the part lies.
create table if not exists migrate.parts (
    run_id text not null references migrate.runs,
    model text not null,
    part integer not null,
    kind text not null check (kind in ('segment', 'file', 'change-file', 'changes')),
    place jsonb not null,
    phase integer not null,
    weight bigint not null default 0,
    position text,
    finished boolean not null default false,
    lease uuid,
    lease_until timestamptz,
    units integer not null default 0,
    primary key (run_id, model, part)
);

-- One committed piece of work. Counts are of items (lists: of elements) and may be negative in
-- kind finalise and retry, which move items between loaded and rejected; every row balances.
create table if not exists migrate.units (
    run_id text not null references migrate.runs,
    unit_id bigint generated always as identity primary key,
    kind text not null check (kind in ('load', 'finalise', 'retry')),
    model text not null,
    part integer,
    number integer,
    read bigint not null,
    loaded bigint not null,
    tombstones bigint not null,
    filtered bigint not null,
    rejected bigint not null,
    rows bigint not null,
    superseded bigint not null default 0,
    lists jsonb not null,
    bytes bigint not null default 0,
    read_units double precision not null default 0,
    seconds double precision not null default 0,
    cpu_seconds double precision not null default 0,
    rss_kilobytes bigint not null default 0,
    resumed boolean not null default false,
    committed_at timestamptz not null default clock_timestamp(),
    unique (run_id, model, part, number),
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

-- The read units a second that all workers of a run share. `budget` NULL: none was given;
-- `units_per_second` NULL: nothing slows the run down. `available` may be negative: a debt.
create table if not exists migrate.pace (
    run_id text primary key references migrate.runs,
    budget double precision,
    units_per_second double precision,
    available double precision not null default 0,
    refilled_at timestamptz not null default clock_timestamp(),
    throttles integer not null default 0,
    throttled_at timestamptz,
    reason text not null default '',
    read_units_estimate bigint not null default 0
);

-- What incremental exports say, the newest of each key; an image that is NULL was deleted.
create table if not exists migrate.export_changes (
    run_id text not null references migrate.runs,
    model text not null,
    key_hash bytea not null,
    item_key text not null,
    export integer not null,
    at_micros bigint not null,
    image bytea,
    primary key (run_id, model, key_hash)
);
"""

# A ledger of version 2 knows segments of scans only. What it says is kept.
_FROM_VERSION_2 = """
alter table migrate.runs add column source jsonb;
insert into migrate.parts
    (run_id, model, part, kind, place, phase, position, finished, units)
    select run_id, model, segment, 'segment', jsonb_build_object('table', source_table,
        'segment', segment, 'segments_total', segments_total), phase, position, finished, units
    from migrate.segments;
drop table migrate.segments;
alter table migrate.units rename column segment to part;
alter table migrate.units drop constraint units_kind_check;
update migrate.units set kind = 'load' where kind = 'scan';
alter table migrate.units
    add constraint units_kind_check check (kind in ('load', 'finalise', 'retry')),
    add column superseded bigint not null default 0,
    add column read_units double precision not null default 0;
"""


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
    connection.execute("select pg_advisory_xact_lock(%s)", [INSTALLING])
    connection.execute(_TABLES)  # creates only what is missing
    connection.execute(FOLLOWING_TABLES)
    if found == 2:  # version 1 was never released; version 4 only adds tables to 3
        connection.execute(_FROM_VERSION_2)
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
    """Whether this database holds a ledger at all; one of an earlier version is brought up."""
    if not _version(connection):
        return False
    install(connection)
    return True
