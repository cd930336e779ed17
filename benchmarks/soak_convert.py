"""Every schema of the corpus there and back: convert, DDL twice, load, finalise, validate."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.soak_case import Case
from migrate.amplify.options import Options
from migrate.amplify.read import read_app
from migrate.errors import MigrateError
from tests import servers
from tests.amplify.corpus import Schema, schemas
from tests.amplify.round_trip import Servers, round_trip

# Each schema takes one of these in turn, so that every option meets every kind of schema.
_OPTIONS = (
    Options(),
    Options(ids="uuid", custom_types="columns", lists="child"),
    Options(custom_types="child", lists="child", plural=False),
    Options(custom_types="columns"),
)


def convert_corpus(seed: int, only: str) -> Iterator[Case]:
    """A case a schema, with generated items; none where the corpus is not there."""
    with (
        servers.session_folder() as folder,
        servers.postgres(folder) as postgres,
        servers.ministack(folder) as endpoint,
    ):
        for number, schema in enumerate(schemas()):
            if schema.is_readable and only in schema.file:
                options = _OPTIONS[(number + seed) % len(_OPTIONS)]
                yield _case(schema, options, postgres, endpoint, seed + number)


def _case(schema: Schema, options: Options, postgres: str, endpoint: str, seed: int) -> Case:
    servers.reset_ministack(endpoint)
    started = time.monotonic()
    with servers.database(postgres) as url, tempfile.TemporaryDirectory() as out:
        try:
            app = read_app([schema.path])
            came = round_trip(app, Path(out), Servers(endpoint, url), seed, options)
            problems, items = came.problems, came.items
        except MigrateError as error:
            problems, items = [f"{type(error).__name__}: {error}"], 0
    seconds = round(time.monotonic() - started, 2)
    return Case(schema.file, seconds, problems, {"items": items, "options": options.as_json()})
