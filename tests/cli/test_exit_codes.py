"""What goes wrong outside: an exit code that says what to do next, a message, and a hint."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.cli.conftest import CommandLine
from tests.command_line import Finished
from tests.small_world import PERSON, SmallWorld, changed, person
from tests.source.scripted_dynamodb import failure, scripted

pytestmark = pytest.mark.usefixtures("inline", "no_pauses")


def refused(result: Finished, code: int, *words: str) -> None:
    """The code, the words on stderr, nothing on stdout, no traceback."""
    assert result.code == code, result.stderr
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert "hint:" in result.stderr or "Usage:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["load", "--no-such-option"], "No such option '--no-such-option'"),
        (["load", "--agian"], "Did you mean"),
        (["migrate"], "No such command 'migrate'"),
        (["load", "--workers", "0"], "0 is not in the range 1<=x<=256"),
        (["load", "surplus"], "unexpected extra argument"),
        (["rehearse", "--lang", "de"], "'de' is not one of 'ja', 'en'"),
    ],
)
def test_a_wrong_command_line_is_2(run: CommandLine, arguments: list[str], word: str) -> None:
    result = run(*arguments)
    assert (result.code, result.stdout) == (2, "")
    assert word in result.stderr


def test_no_command_at_all_shows_the_help_and_is_2(run: CommandLine) -> None:
    result = run()
    assert result.code == 2
    assert "Start with `migrate rehearse`" in result.printed


@pytest.mark.parametrize("name", ["nowhere", "../local", "local.yaml", ""])
def test_an_unknown_profile_is_2(run: CommandLine, name: str) -> None:
    refused(run("plan", "--profile", name), 2, repr(name))


def test_an_unknown_profile_names_those_there_are(run: CommandLine) -> None:
    run.project.profile("staging")
    refused(run("plan", "--profile", "nowhere"), 2, "profiles here: local, staging")


def test_a_rehearsal_of_production_is_refused_with_1(run: CommandLine) -> None:
    run.project.profile("production", production=True)
    refused(run("rehearse", "--profile", "production"), 1, "production", "cutover runbook")


def test_fresh_is_refused_where_there_is_nothing_to_wipe(
    run: CommandLine, world: SmallWorld
) -> None:
    refused(run("rehearse", "--fresh"), 2, "--fresh wipes the embedded stack", "use none")


def test_mappings_that_are_not_there_are_2(run: CommandLine) -> None:
    refused(run("plan", "--mappings", "elsewhere"), 2, "elsewhere does not exist", "--mappings DIR")
    (run.project.folder / "empty").mkdir()
    refused(run("load", "--mappings", "empty"), 2, "no mapping (*.yaml) in empty")


def test_a_target_that_nobody_named_is_2(run: CommandLine) -> None:
    refused(run("status"), 2, "takes its target from the environment", "MIGRATE_TARGET_URL=")


def test_a_source_that_does_not_answer_is_3(run: CommandLine, world: SmallWorld) -> None:
    run.project.environment["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
    for command in ("plan", "load"):
        words = "DynamoDB cannot be reached for table Person", "AWS_ENDPOINT_URL_DYNAMODB"
        refused(run(command), 3, *words)


def test_an_endpoint_that_is_no_url_is_2(run: CommandLine, world: SmallWorld) -> None:
    run.project.environment["AWS_ENDPOINT_URL_DYNAMODB"] = "localhost:8000"
    refused(run("plan"), 2, "the DynamoDB endpoint is not a URL", "http://host:port")


def test_a_source_without_credentials_is_2(
    run: CommandLine, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    refused(run("plan"), 2, "no AWS credentials for dynamodb", "AWS_PROFILE")


@pytest.fixture
def refusing_source(world: SmallWorld, run: CommandLine) -> Iterator[list[str]]:
    """A source that answers with the code in the list."""
    codes: list[str] = []
    with scripted(str(world.source.endpoint)) as script:
        script.rule = lambda operation, request: failure(400, codes[0])
        run.project.use(world, script.url)
        yield codes


@pytest.mark.parametrize(
    ("code", "exit_code", "word"),
    [
        ("UnrecognizedClientException", 2, "AWS refuses the credentials for table"),
        ("InvalidSignatureException", 2, "AWS refuses the credentials for table"),
        ("AccessDeniedException", 2, "the AWS role may not use table"),
        ("ExpiredTokenException", 3, "the AWS credentials for table"),
        ("ThrottlingException", 3, "DynamoDB throttles requests for table"),
    ],
)
def test_what_aws_refuses_is_told_by_its_code(
    run: CommandLine, refusing_source: list[str], code: str, exit_code: int, word: str
) -> None:
    refusing_source.append(code)
    result = run("plan")
    refused(result, exit_code, word)
    assert "Hanako" not in result.stderr


def test_a_missing_source_table_is_2_and_changes_nothing(
    run: CommandLine, world: SmallWorld
) -> None:
    world.drop_table("Visit")
    for command in ("plan", "load"):
        words = "table Visit-smallworldapi0123456789abc-test does not exist", "api_id"
        refused(run(command), 2, *words)
    assert world.rows("select from pg_namespace where nspname in ('app', 'migrate')") == []


def test_a_target_that_does_not_answer_is_3(run: CommandLine, world: SmallWorld) -> None:
    run.project.environment["MIGRATE_TARGET_URL"] = "postgresql://u:secret@127.0.0.1:1/db"
    for command in ("plan", "load", "status", "finalise"):
        result = run(command)
        refused(result, 3, "127.0.0.1:1/db cannot be reached")
        assert "secret" not in result.stderr


def test_a_wrong_password_or_database_is_2(run: CommandLine, world: SmallWorld) -> None:
    url = urlsplit(world.url)
    place = f"{url.hostname}:{url.port}"
    user, database = url.username, url.path
    for wrong, word in [
        (f"postgresql://{user}:planted@{place}{database}", "wrong user or password"),
        (f"postgresql://nobody:planted@{place}{database}", "wrong user or password"),
        (f"postgresql://{user}:{url.password}@{place}/missing", "no such role or database"),
    ]:
        run.project.environment["MIGRATE_TARGET_URL"] = wrong
        result = run("load")
        refused(result, 2, word, "check MIGRATE_TARGET_URL")
        assert "planted" not in result.stderr


def test_a_remote_target_without_verified_tls_is_2_unless_allowed_by_name(
    run: CommandLine, world: SmallWorld
) -> None:
    run.project.environment["MIGRATE_TARGET_URL"] = "postgresql://u:secret@192.0.2.1/db"
    refused(run("load"), 2, "does not verify TLS", "allow_unverified_tls: true in the profile")
    refused(run("status"), 2, "does not verify TLS")
    run.project.environment["MIGRATE_TARGET_URL"] += "?connect_timeout=1"
    run.project.profile(target={"allow_unverified_tls": True})
    assert "TLS" not in run("status").stderr


@pytest.fixture
def guest(world: SmallWorld, run: CommandLine) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The target's role may connect and nothing else; the connection is the owner's."""
    with psycopg.connect(world.url, autocommit=True) as owner:
        owner.execute("create role spine_poor login password 'poor'")
        place = world.url.split("@")[1]
        run.project.environment["MIGRATE_TARGET_URL"] = f"postgresql://spine_poor:poor@{place}"
        yield owner
        owner.execute("drop owned by spine_poor")
        owner.execute("drop role spine_poor")


def test_a_role_without_rights_is_2_and_leaves_nothing(
    run: CommandLine, world: SmallWorld, guest: psycopg.Connection[tuple[object, ...]]
) -> None:
    refused(run("load"), 2, "not permitted (42501)", "CREATE on the database")
    assert world.rows("select from pg_namespace where nspname in ('app', 'migrate')") == []
    for statement in run("plan", "--sql").stdout.split(";\n"):
        guest.execute(statement.encode())
    refused(run("load"), 2, "not permitted (42501)")
    guest.execute("grant usage on schema app to spine_poor")
    guest.execute("grant select, insert on all tables in schema app to spine_poor")
    guest.execute(f'grant create on database "{guest.info.dbname}" to spine_poor')
    refused(run("load"), 2, "not permitted (42501)", "own the tables it loads")
    assert world.rows("select count(*) from migrate.runs") == [(0,)]


def test_commands_before_a_load_say_what_to_run_and_are_1(
    run: CommandLine, world: SmallWorld
) -> None:
    for command in (["finalise"], ["validate"], ["rejects"], ["rejects", "retry"]):
        refused(run(*command), 1, "nothing was loaded into this target yet", "`migrate load`")
    assert run("status").stdout == "nothing was loaded into this target yet\n"


def test_a_target_that_does_not_fit_is_told_by_plan_with_1_and_by_load_with_2(
    run: CommandLine, world: SmallWorld
) -> None:
    world.sql("create schema app; create table app.persons (id text primary key)")
    result = run("plan")
    assert result.code == 1
    assert "app.persons.id is text, mapped as uuid" in result.stdout
    refused(run("load"), 2, "app.persons.id is text, mapped as uuid")
    result = run("lint", "--target")
    assert result.code == 2
    assert "target: app.persons.id is text, mapped as uuid" in result.stderr


def test_a_changed_mapping_asks_with_1(run: CommandLine, world: SmallWorld) -> None:
    run.project.mappings(PERSON)
    world.put("Person", person(1))
    assert run("load").code == 0
    run.project.mappings(changed(PERSON, unknown="leave"))
    refused(run("load"), 1, "changed: Person", "--again")
    refused(run("finalise"), 1, "other mappings", "--again")
    assert run("load", "--again").code == 0


def test_a_defect_of_ours_is_4_without_a_traceback(
    run: CommandLine, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("Hanako Yamada")

    monkeypatch.setattr("migrate.ledger.runs.latest", broken)
    result = run("load")
    refused(result, 4, "a defect of migrate: RuntimeError", "please report .migrate/defect-")
    (report,) = (run.project.folder / ".migrate").glob("defect-*.txt")
    assert "Hanako" not in result.stderr + report.read_text()
    assert "test_exit_codes.py" in report.read_text()


def test_ctrl_c_is_130(
    run: CommandLine, world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("migrate.ledger.runs.latest", interrupted)
    refused(run("load"), 130, "stopped; nothing half-done was kept", "the same command goes on")
