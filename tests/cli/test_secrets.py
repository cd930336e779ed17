"""A patient's name and a password are planted everywhere they can come from, and looked for in
everything that is printed or written, except target rows and the rejects' bodies."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.cli.conftest import CommandLine
from tests.command_line import Finished
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit
from tests.source.scripted_dynamodb import Answer, scripted

NAME = "葛城花子"
ROMAN = "Plantedname"
PASSWORD = "planted-password"
CLASSED = changed(PERSON, columns={
    "data": {"from": "data", "type": "jsonb", "as": "json-text", "class": "medical"},
    "born": {"from": "born", "type": "date", "class": "personal"},
})  # fmt: skip

Printed = list[Finished]


@pytest.fixture
def printed() -> Printed:
    return []


def planted(world: SmallWorld) -> None:
    """The name in rows, in every kind of reject, and in a value that two items share."""
    both = f"{NAME} {ROMAN}"
    world.put(
        "Person",
        person(1, name=both, code=ROMAN),
        person(2, name=both, code=ROMAN),
        person(3, name=both * 9),
        person(4, name=f"{both}\x00"),
        person(5, name=both, data=f'{{"{ROMAN}": '),
        person(6, name=both, born=both),
        person(7, name=both, age={"S": both}),
        person(8, name=both, surprise=both),
        person(9, name=both, code=f"{ROMAN} 9", age=300),
        person("a", name=both),
        person("A", name=both),
        person(10, name=both, code=f"{ROMAN} 10", badge=10),
    )
    entries = notes({"body": both}, {"body": {"N": "1"}, "more": both}, {"body": both * 2})
    world.put("Visit", visit(11, of=10, notes=entries), visit(12, of=3, title=ROMAN))


def test_nothing_that_is_secret_is_printed_or_written(
    run: CommandLine, world: SmallWorld, printed: Printed
) -> None:
    run.project.mappings(CLASSED, VISIT)
    run.project.profile(load={"workers": 1})
    planted(world)
    for command in successes():
        printed.append(run(*command))
    world.sql(f"update app.persons set name = '{ROMAN}' where id = '{uid(10)}'")
    world.sql(f"insert into app.persons (id, name) values ('{uid(99)}', '{ROMAN}')")
    world.sql("delete from app.visit_notes")
    printed.append(run("validate", "--no-suites", "--json"))
    printed.append(run("validate", "--no-suites"))
    assert {one.code for one in printed} == {0, 1}
    look_everywhere(run, world, printed)


def successes() -> Iterator[list[str]]:
    """Every command that works on a profile; a rehearsal writes its reports."""
    yield ["plan", "--json"]
    yield ["plan"]
    yield ["load"]
    yield ["lint", "--target"]
    yield ["finalise"]
    yield ["rejects"]
    yield ["rejects", "--keys"]
    yield ["rejects", "--json"]
    yield ["rejects", "retry"]
    yield ["status"]
    yield ["inspect"]
    yield ["inspect", "--json"]
    yield ["rehearse", "--json"]


TROUBLE = {
    "a trigger that quotes the row": (
        "create function app.fail() returns trigger language plpgsql as"
        " $$ begin raise exception 'cannot take %', new using errcode = '{code}'; end $$;"
        "create trigger failing before insert on app.persons for each row"
        " execute function app.fail()"
    ),
    "an index that the rows break": "create unique index only_name on app.persons (name)",
    "a check that the rows break": (
        "alter table app.persons add check (name not like '%a%') not valid"
    ),
}


@pytest.mark.parametrize("code", ["P0001", "53100", "23514", "22000", "XX000"])
@pytest.mark.usefixtures("inline")
def test_errors_of_postgresql_are_told_without_their_text(
    run: CommandLine, world: SmallWorld, printed: Printed, code: str
) -> None:
    run.project.mappings(CLASSED, VISIT)
    for statement in run("plan", "--sql").stdout.split(";\n"):
        world.sql(statement)
    planted(world)
    for name, statement in TROUBLE.items():
        if name.startswith("a trigger") or code == "P0001":
            world.sql(statement.replace("{code}", code))
            printed.append(run("load", "--again"))
            printed.append(run("finalise"))
            printed.append(run("rejects", "retry"))
            world.sql("drop trigger if exists failing on app.persons")
    look_everywhere(run, world, printed)


def test_a_worker_that_fails_says_where_and_not_what(
    run: CommandLine, world: SmallWorld, printed: Printed
) -> None:
    """The mapping calls a function that raises with the value in its message."""
    called = {"call": "planted_functions:fail", "with": ["name"], "type": "text"}
    run.project.mappings(changed(PERSON, columns={"extra": called}))
    (run.project.folder / "planted_functions.py").write_text(
        "def fail(name):\n    raise RuntimeError(name)\n"
    )
    run.project.environment["PYTHONPATH"] = str(run.project.folder)
    planted(world)
    result = run.project.run("load")
    assert result.code == 2, result.stderr
    assert "planted_functions:fail failed with RuntimeError" in result.stderr
    assert "Traceback" not in result.stderr
    printed.append(result)
    look_everywhere(run, world, printed)


@pytest.mark.usefixtures("inline", "no_pauses")
def test_what_a_server_answers_is_not_repeated(
    run: CommandLine, world: SmallWorld, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(world)
    with scripted(str(world.source.endpoint)) as script:
        run.project.use(world, script.url)
        answers = [
            Answer(400, f'{{"__type":"x#ValidationException","message":"{NAME}"}}'.encode()),
            Answer(200, f'{{"Items":[{{"id":{{"S":"{NAME}'.encode()),
            Answer(200, f"<html>{ROMAN}</html>".encode()),
            Answer(500, f"{NAME}".encode()),
        ]
        for answer in answers:
            script.rule = lambda operation, request, answer=answer: (  # type: ignore[misc]
                answer if operation == "Scan" else None
            )
            printed.append(run("load"))
            assert printed[-1].code in {2, 3}, printed[-1].stderr
    run.project.use(world)
    monkeypatch.setattr("migrate.ledger.runs.latest", _raise)
    printed.append(run("load"))
    assert printed[-1].code == 4
    monkeypatch.undo()
    look_everywhere(run, world, printed)


def _raise(*arguments: Any) -> None:
    raise RuntimeError(f"{NAME} {ROMAN} {PASSWORD}")


@pytest.mark.usefixtures("inline")
def test_a_password_is_shown_by_no_command(
    run: CommandLine, world: SmallWorld, printed: Printed
) -> None:
    url = urlsplit(world.url)
    place = f"{url.hostname}:{url.port}"
    for target in [
        f"postgresql://{url.username}:{PASSWORD}@{place}{url.path}",
        f"postgresql://u:{PASSWORD}@127.0.0.1:1/db",
        f"postgresql://u:{PASSWORD}@192.0.2.1/db",
        f"postgresql://u:{PASSWORD}@127.0.0.1:not-a-port/db",
        f"postgresql://u:{PASSWORD}@[::1/db",
        f"mysql://u:{PASSWORD}@localhost/db",
        f"host=localhost password={PASSWORD} nonsense",
        f"postgresql://u:{PASSWORD}@localhost/db?sslmode=never&password={PASSWORD}",
    ]:
        run.project.environment["MIGRATE_TARGET_URL"] = target
        for command in ("plan", "load", "status", "validate", "rehearse"):
            result = run(command)
            assert result.code in {1, 2, 3}, (command, result.stderr)
            printed.append(result)
    look_everywhere(run, world, printed)


def look_everywhere(run: CommandLine, world: SmallWorld, printed: Printed) -> None:
    """Nothing of it in output, files and the ledger."""
    secrets = [NAME, ROMAN, PASSWORD, str(urlsplit(world.url).password)]
    secrets += [NAME.encode("unicode_escape").decode(), NAME.encode("unicode_escape").decode()[2:6]]
    pattern = re.compile("|".join(re.escape(one) for one in secrets[:5]))
    for one in printed:
        assert not pattern.search(one.printed), one.printed
    for path in files_of(run.project.folder):
        for name, content in contents(path):
            assert not pattern.search(content), f"{path} {name}"
    for table, row in ledger(world):
        assert not pattern.search(row), f"{table}: {row}"


def files_of(folder: Path) -> Iterator[Path]:
    """What commands wrote: not the tests' own profile, mappings and functions."""
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            yield path


def contents(path: Path) -> Iterator[tuple[str, str]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name).decode(errors="replace")
    else:
        yield "", path.read_bytes().decode(errors="replace")


def ledger(world: SmallWorld) -> Iterator[tuple[str, str]]:
    """Every row of the ledger as text, without the bodies of rejects."""
    with psycopg.connect(world.url) as connection:
        tables = connection.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = relnamespace"
            " where nspname = 'migrate' and relkind = 'r'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(
                f"select to_jsonb(t) - 'body' from migrate.{table} t".encode()
            ).fetchall()
            for (row,) in rows:
                yield table, str(row)
