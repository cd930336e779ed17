"""What was tried to make a load faster: `python -m benchmarks.tried`.

Method: each pair of ways does the same work on the same chat messages, in turns, in one process;
the median of the rounds is printed as microseconds of an item, and as a ratio to the first way.
docs/decisions/0011-what-was-tried-for-speed.md says what was kept, and why.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import click
import orjson
import psycopg
from isal import isal_zlib

from benchmarks.data.messages import messages
from benchmarks.load import chat_message_mapping, target
from migrate.mapping.compile import MappedItem, RowFunction
from migrate.mapping.lane import FastLane
from migrate.target.copy import copy_lines

Ways = dict[str, Callable[[], Any]]

_ROWS = "create table rows (id uuid primary key, a uuid, b uuid, c text, d text, e text, f text)"
_TYPES = ["uuid", "uuid", "uuid", "text", "text", "text", "text"]


def compare(title: str, ways: Ways, items: int, rounds: int) -> None:
    """Print the medians of alternating rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    first = next(iter(medians.values()))
    click.echo(title)
    for name, median in medians.items():
        click.echo(f"  {name:34} {median / items * 1e6:8.2f} us  {median / first:5.2f}")


def unpacking(raws: list[bytes]) -> Ways:
    packed = gzip.compress(b"\n".join(raws), 6)
    return {
        "zlib": lambda: zlib.decompressobj(31).decompress(packed),
        "igzip (isal)": lambda: isal_zlib.decompressobj(31).decompress(packed),
    }


def mapping(raws: list[bytes]) -> Ways:
    function, lane = RowFunction(chat_message_mapping()), FastLane(chat_message_mapping())
    pages = [raws[start : start + 1300] for start in range(0, len(raws), 1300)]

    def each(loads: Callable[[bytes], Any]) -> None:
        for page in pages:
            for raw in page:
                function(loads(raw))

    return {
        "json, then the row function": lambda: each(json.loads),
        "orjson, then the row function": lambda: each(orjson.loads),
        "typed msgspec: the fast lane": lambda: [lane.map_items(page) for page in pages],
    }


def copying(raws: list[bytes], connection: psycopg.Connection[Any]) -> Ways:
    """The same rows by COPY, as text lines and as binary values."""
    function = RowFunction(chat_message_mapping())
    mapped = [function(orjson.loads(raw)) for raw in raws]
    lines = [one.lines[0][0] for one in mapped if isinstance(one, MappedItem)]
    cells = [line[:-1].split("\t")[:7] for line in lines]
    texts = ["\t".join(one) + "\n" for one in cells]
    connection.execute(_ROWS.encode())
    names = ("id", "a", "b", "c", "d", "e", "f")

    def emptied() -> psycopg.Cursor[Any]:
        connection.execute("truncate rows")
        return connection.cursor()

    def text() -> None:
        with emptied() as cursor:
            copy_lines(cursor, "public.rows", names, texts)

    def rows(binary: str) -> None:
        with emptied() as cursor, cursor.copy(f"copy rows from stdin{binary}".encode()) as copy:
            if binary:
                copy.set_types(_TYPES)
            for one in cells:
                # Binary form wants values, not their texts.
                copy.write_row([*map(uuid.UUID, one[:3]), *one[3:]] if binary else one)

    return {
        "text, lines of our own": text,
        "text, psycopg's write_row": lambda: rows(""),
        "binary, psycopg's write_row": lambda: rows(" (format binary)"),
    }


def batches(raws: list[bytes], connection: psycopg.Connection[Any]) -> Ways:
    """COPY and commit, by the size of what is committed together."""
    lane = FastLane(chat_message_mapping())
    lines = lane.map_items(raws).lines[0]
    connection.execute("create table whole (line text)")

    def by(count: int) -> None:
        for start in range(0, len(lines), count):
            with connection.transaction(), connection.cursor() as cursor:
                part = [one.replace("\t", " ") for one in lines[start : start + count]]
                copy_lines(cursor, "public.whole", ["line"], part)

    megabyte = 1_000_000 * len(raws) // sum(map(len, raws))
    return {f"{size} MB of JSON": lambda size=size: by(size * megabyte) for size in (1, 4, 16)}  # type: ignore[misc]


def indexing(connection: psycopg.Connection[Any]) -> Ways:
    """An index on the rows that stand, by the number of processes that build it."""
    connection.execute(
        "create table indexed as select gen_random_uuid() as id, n from generate_series(1,400000) n"
    )

    def build(workers: int) -> None:
        connection.execute(f"set max_parallel_maintenance_workers = {workers}".encode())
        connection.execute("set min_parallel_table_scan_size = 0")
        connection.execute("create index built on indexed (id)")
        connection.execute("drop index built")

    return {
        "one process": lambda: build(0),
        "two processes": lambda: build(1),
        "three processes": lambda: build(2),
    }


@click.command()
@click.option("--items", default=50_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(items: int, rounds: int) -> None:
    """Print every comparison."""
    raws = list(messages(items))
    compare("unpacking", unpacking(raws), items, rounds)
    compare("mapping", mapping(raws), items, rounds)
    with target() as url, psycopg.connect(url, autocommit=True) as connection:
        compare("COPY", copying(raws, connection), items, rounds)
        compare("size of a unit", batches(raws, connection), items, rounds)
        compare("an index of 400,000 uuids", indexing(connection), 400_000, rounds)


if __name__ == "__main__":
    main()
