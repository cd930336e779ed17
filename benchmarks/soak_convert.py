"""Schemas there and back: convert, DDL twice, load, finalise, validate; nothing is rejected."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak_case import Case
from migrate.amplify.options import Options
from migrate.amplify.read import read_app
from migrate.errors import MigrateError
from tests import servers
from tests.amplify.corpus import schemas
from tests.amplify.generated import schema_text
from tests.amplify.round_trip import Servers, round_trip

# Each schema takes one of these in turn, so that every option meets every kind of schema.
_OPTIONS = (
    Options(),
    Options(ids="uuid", custom_types="columns", lists="child"),
    Options(custom_types="child", lists="child", plural=False),
    Options(custom_types="columns"),
)


_GENERATED_MAX = 200  # a case takes seconds, not milliseconds


@dataclass(frozen=True, slots=True)
class _World:
    """The servers of one run; each case gets an empty account and database."""

    postgres: str
    endpoint: str

    def case(self, name: str, path: Path, options: Options, seed: int) -> Case:
        servers.reset_ministack(self.endpoint)
        started = time.monotonic()
        with servers.database(self.postgres) as url, tempfile.TemporaryDirectory() as out:
            try:
                app = read_app([path])
                came = round_trip(app, Path(out), Servers(self.endpoint, url), seed, options)
                problems, items = came.problems, came.items
            except MigrateError as error:
                problems, items = [f"{type(error).__name__}: {error}"], 0
        seconds = round(time.monotonic() - started, 2)
        facts = {"items": items, "seed": seed, "options": options.as_json()}
        return Case(name, seconds, problems, facts)


@contextmanager
def _world() -> Iterator[_World]:
    with (
        servers.session_folder() as folder,
        servers.postgres(folder) as postgres,
        servers.ministack(folder) as endpoint,
    ):
        yield _World(postgres, endpoint)


def convert_corpus(seed: int, only: str) -> Iterator[Case]:
    """A case a schema of the corpus, with generated items; none where it is not there."""
    with _world() as world:
        for number, schema in enumerate(schemas()):
            if schema.is_readable and only in schema.file:
                options = _OPTIONS[(number + seed) % len(_OPTIONS)]
                yield world.case(schema.file, schema.path, options, seed + number)


def convert_generated(seed: int, only: str, count: int) -> Iterator[Case]:
    """Schemas made by chance; a case is called by its number, which repeats it."""
    with _world() as world, tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + min(count, _GENERATED_MAX)):
            if only in str(number):
                path = Path(folder) / f"{number}.graphql"
                path.write_text(schema_text(random.Random(number)), encoding="utf-8")
                options = _OPTIONS[number % len(_OPTIONS)]
                yield world.case(str(number), path, options, number)
