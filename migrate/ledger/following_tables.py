"""The ledger's tables of captured changes, and of how far a copy follows them."""

FOLLOWING_TABLES = """
-- The changes of a table in the order in which they are applied: a generation is one stream, or
-- the exports that mend a gap before it. `state`: open (is read), closing (closed by this tool
-- under a freeze), ended (read to its end, and the next one follows on it without a gap), lost (a
-- gap: `problem` says which), mended (a gap that exports fill). `pinned_at` is PostgreSQL's clock,
-- all other times are the reader's.
create table if not exists migrate.streams (
    model text not null,
    generation integer not null,
    kind text not null check (kind in ('stream', 'exports')),
    table_name text not null,
    arn text not null,
    label text not null,
    view_type text not null,
    state text not null default 'open'
        check (state in ('open', 'closing', 'ended', 'lost', 'mended')),
    problem text not null default '',
    covers_from timestamptz not null,
    complete_until timestamptz,
    listed_at timestamptz not null,
    pinned_at timestamptz not null default clock_timestamp(),
    primary key (model, generation)
);

-- A shard as its reader knows it; `position` is the sequence number of the last change captured.
-- `read_at`: when DynamoDB last answered for it; `silent_since`: since when its answers are empty;
-- `at`: when the last captured change was made. `complete_until`: every change of the shard that
-- was made before is captured. `position_digits`: with how many digits the position was written.
create table if not exists migrate.shards (
    shard bigint generated always as identity primary key,
    model text not null,
    generation integer not null,
    shard_id text not null,
    parent_id text,
    position numeric(40),
    captured bigint not null default 0,
    pruned bigint not null default 0,
    state text not null default 'open' check (state in ('open', 'closed')),
    read_at timestamptz not null,
    silent_since timestamptz,
    at timestamptz,
    complete_until timestamptz not null,
    position_digits smallint,
    foreign key (model, generation) references migrate.streams,
    unique (model, generation, shard_id)
);

-- Captured changes as they came; `image` and `old_image` are typed JSON, an image that is NULL was
-- removed. `at`: DynamoDB's time of the change, in whole seconds.
create table if not exists migrate.changes (
    shard bigint not null references migrate.shards,
    sequence numeric(40) not null,
    item_key text not null,
    kind text not null check (kind in ('put', 'removed', 'expired')),
    image bytea,
    old_image bytea,
    at timestamptz not null,
    captured_at timestamptz not null default clock_timestamp(),
    primary key (shard, sequence)
);
create index if not exists changes_item_idx on migrate.changes (md5(item_key));

-- How far a run's rows follow a shard. Of the changes up to `position`: applied + superseded +
-- rejected are settled, the rest is waiting. `before`: how many were pruned before the run.
create table if not exists migrate.applied (
    run_id text not null references migrate.runs,
    shard bigint not null references migrate.shards,
    position numeric(40),
    before bigint not null default 0,
    applied bigint not null default 0,
    superseded bigint not null default 0,
    rejected bigint not null default 0,
    deleted bigint not null default 0,
    primary key (run_id, shard)
);

-- Keys whose newest image shares a unique value with another item: without rows until it is free.
create table if not exists migrate.waiting (
    run_id text not null references migrate.runs,
    model text not null,
    item_key text not null,
    shard bigint not null references migrate.shards,
    rule text not null,
    place text not null,
    image bytea not null,
    since timestamptz not null default clock_timestamp()
);
create unique index if not exists waiting_item_idx
    on migrate.waiting (run_id, model, md5(item_key));
"""
