"""Running suites: what fails, what raises, what is never told, and what is never touched."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from migrate.validate.foreign import foreign_rows
from migrate.validate.suites import counting
from migrate.validate.suites.check import Check, Suite
from migrate.validate.suites.files import load_rules
from migrate.validate.suites.forms import NotNull, Violates
from migrate.validate.suites.generated import generated_suites
from migrate.validate.suites.process import suites_running
from migrate.validate.suites.run import run_suites
from tests.validate.suite_world import Target, failing, mappings, raised, target

_SAYS = {"ja": "秘密でない", "en": "it holds"}
_SECRET = "ひみつ太郎"
_GOOD = """
INSERT INTO app.persons VALUES (u(1), '花子');
INSERT INTO app.visits (id, starts, ends, status, score, person_id, code) VALUES
  (u(1), '2024-05-01', '2024-05-02', 'open', 3, u(1), 'a'),
  (u(2), '2024-05-01', NULL, NULL, NULL, NULL, NULL);
"""


@pytest.fixture
def world(postgres_server_url: str) -> Iterator[Target]:
    with target(postgres_server_url, mappings()) as one:
        one.sql(_GOOD)
        yield one


def violates(condition: str, name: str = "rule") -> Check:
    return Check(name, "app.visits", Violates(condition=condition), _SAYS)


def run(world: Target, *checks: Check, **visit: Any) -> Any:
    return run_suites(world.connect, mappings(**visit), [Suite("rules", checks)])


def test_generated_suite_has_what_the_mapping_promises() -> None:
    persons, visits = generated_suites(mappings())
    assert (persons.name, visits.name) == ("generated:app.persons", "generated:app.visits")
    assert [check.id for check in visits.checks] == [
        "key-unique", "id-type", "id-present", "starts-type", "starts-present", "ends-type",
        "status-type", "status-values", "score-type", "tags-type", "person_id-type", "code-type",
        "code-length", "code-unique",
    ]  # fmt: skip
    assert all(check.says["ja"] and check.says["en"] for check in visits.checks)


def test_a_table_without_rows_meets_what_its_mapping_promises(postgres_server_url: str) -> None:
    with target(postgres_server_url, mappings()) as empty:
        outcomes = run_suites(empty.connect, mappings(), generated_suites(mappings()))
    assert outcomes
    assert all((one.failures, one.not_evaluated) == ((), ()) for one in outcomes)


def test_of_a_table_that_two_mappings_fill_only_what_both_promise_is_checked() -> None:
    one, two = mappings(), mappings(source={"model": "Other"})
    other = two[1].model_copy(deep=True)
    starts = other.columns["starts"].model_copy(update={"required": False})
    status = other.columns["status"].model_copy(update={"unlisted": "keep"})
    changed = other.model_copy(
        update={"columns": {**other.columns, "starts": starts, "status": status}}
    )
    _, visits = generated_suites([*one, changed])
    names = [check.id for check in visits.checks]
    assert "id-present" in names
    assert {"starts-present", "status-values"}.isdisjoint(names)


def test_generated_checks_fail_with_the_keys_of_the_rows(world: Target) -> None:
    world.sql(
        f"""
        ALTER TABLE app.visits ALTER code TYPE text, ALTER score TYPE bigint;
        INSERT INTO app.visits (id, starts, status, code) VALUES
          (u(10), NULL, 'open', 'b'), (u(11), '2024-05-01', '{_SECRET}', 'c'),
          (u(12), '2024-05-01', 'shut', '{_SECRET}長い'), (u(13), '2024-05-01', NULL, 'd'),
          (u(14), '2024-05-01', NULL, 'd'), (u(15), '2024-05-01', NULL, 'e'),
          (u(15), '2024-05-01', NULL, 'f')
        """
    )
    outcomes = run(world)
    assert failing(outcomes) == {
        "generated:app.visits key-unique": [15, 15],
        "generated:app.visits starts-present": [10],
        "generated:app.visits status-values": [11],
        "generated:app.visits score-type": [],
        "generated:app.visits code-type": [],
        "generated:app.visits code-length": [12],
        "generated:app.visits code-unique": [13, 14],
    }
    assert raised(outcomes) == {}
    types = [one.found for one in outcomes[1].failures if one.check.id.endswith("-type")]
    assert types == ["BIGINT", "TEXT"]
    assert _SECRET not in str([one.as_json() for one in outcomes])


def test_the_count_is_exact_and_the_keys_are_all_there(world: Target) -> None:
    world.sql(
        "INSERT INTO app.visits (id, starts, score)"
        " SELECT u(n), now(), -1 FROM generate_series(1000, 2499) n"
    )
    outcomes = run(world, violates("t.score < 0"))
    assert failing(outcomes)["rules rule"] == list(range(1000, 2500))
    (failure,) = outcomes[-1].failures
    assert failure.count == 1500
    assert len(failure.as_json()["keys"]) == 20
    assert len(outcomes[-1].as_json()["failures"][0]["keys"]) == 1500


def test_keys_beyond_a_limit_are_left_out_and_counted(
    world: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEYS_MAX", 1)
    (failure,) = run(world, violates("true"))[-1].failures
    assert (failure.count, len(failure.keys)) == (2, 1)


def test_sql_reaches_both_counts_as_it_was_written(world: Target) -> None:
    """Percent signs, braces and colons mean something on the way through SQLAlchemy."""
    world.sql("UPDATE app.persons SET name = '50% {a} :b c:d ::e'")
    rule = (
        "t.id = u(1) AND EXISTS (SELECT FROM app.persons p WHERE p.name LIKE '50% {a} :b c:d ::e'"
        " AND p.name <> '{batch}' AND t.starts::time < '12:30:00'"
        " AND '{\"x\":[1]}'::jsonb -> 'x' = '[1]')"
    )
    outcomes = run(world, violates(rule))
    assert raised(outcomes) == {}
    assert failing(outcomes) == {"rules rule": [1]}


def test_when_asks_only_of_some_rows(world: Target) -> None:
    missing = Check("rule", "app.visits", NotNull(column="ends"), _SAYS, when="t.score IS NULL")
    assert failing(run(world, missing)) == {"rules rule": [2]}


def test_a_check_that_cannot_be_evaluated_is_raised_and_not_failed(world: Target) -> None:
    world.sql(
        f"ALTER TABLE app.visits DROP COLUMN score; UPDATE app.visits SET status = '{_SECRET}'"
    )
    outcomes = run(
        world, violates("t.score > 1", "dropped"), violates("t.status::int > 1", "cast"),
        violates("t.ends < t.starts", "sound"),
    )  # fmt: skip
    reasons = raised(outcomes)
    assert "column t.score does not exist" in reasons["rules dropped"]
    assert reasons["rules cast"] == "PostgreSQL cannot evaluate it for every row (22P02)"
    assert "generated:app.visits score-type" in reasons
    assert failing(outcomes) == {"generated:app.visits status-values": [1, 2]}
    rules = outcomes[-1]
    assert (rules.checks, rules.failed, rules.raised, rules.passed) == (3, 0, 2, False)
    assert _SECRET not in str([one.as_json() for one in outcomes])


def test_checks_of_a_missing_table_are_raised_and_others_run(world: Target) -> None:
    world.sql("DROP TABLE app.visits")
    persons, visits, rules = run(world, violates("t.score > 1"))
    assert persons.passed
    assert visits.raised == visits.checks
    assert 'relation "app.visits" does not exist' in rules.not_evaluated[0].reason


def test_two_counts_that_disagree_are_no_verdict(
    world: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_fits_one_pass", lambda check: False)
    monkeypatch.setattr(counting, "_count", lambda connection, table, check: 7)
    outcomes = run(world, violates("t.score > 1"))
    assert "counted 1 rows, our own query 7" in raised(outcomes)["rules rule"]
    assert failing(outcomes) == {}


def test_nothing_is_written_to_the_target(world: Target) -> None:
    world.sql("CREATE SEQUENCE app.touched")
    outcomes = run(world, violates("nextval('app.touched') > 0"))
    assert "25006" in raised(outcomes)["rules rule"]
    assert world.value("SELECT is_called FROM app.touched") is False


# Rows that are not ours


def test_foreign_rows_are_counted_and_neither_checked_nor_touched(world: Target) -> None:
    owns = {"owns": {"where": "code IS NULL OR code NOT LIKE 'new%'"}}
    world.sql(
        "INSERT INTO app.visits (id, starts, status, score, code) VALUES"
        " (u(20), NULL, 'other', -1, 'new1'), (u(20), NULL, 'other', -1, 'new1')"
    )
    before = world.value("SELECT array_agg(t::text ORDER BY t::text) FROM app.visits t")
    rule = violates("t.score < 0")
    assert failing(run(world, rule, **owns)) == {}
    with psycopg.connect(world.url) as connection:
        assert foreign_rows(connection, mappings(**owns)) == {"app.visits": 2}
        assert foreign_rows(connection, mappings()) == {}
    assert world.value("SELECT array_agg(t::text ORDER BY t::text) FROM app.visits t") == before
    assert failing(run(world, rule))["rules rule"] == [20, 20]


# In a process of its own


def test_a_process_gives_the_same_and_says_nothing(
    world: Target, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world.sql(f"UPDATE app.visits SET status = '{_SECRET}' WHERE id = u(1)")
    (tmp_path / "rules.yaml").write_text(
        "suite: rules\nchecks:\n"
        "  - {id: cast, table: app.visits, says: {ja: 甲, en: a}, violates: 't.status::int > 1'}\n"
        "  - {id: name, table: app.persons, says: {ja: 甲, en: a},"
        " violates: \"t.name LIKE '花%'\"}\n"
    )
    rules = load_rules(tmp_path, mappings())
    with suites_running(world.connect, mappings(), rules) as running:
        outcomes = running.outcomes()
    assert failing(outcomes) == {"generated:app.visits status-values": [1], "rules name": [1]}
    assert list(raised(outcomes)) == ["rules cast"]
    assert capfd.readouterr() == ("", "")

    told = pickle.dumps(outcomes).decode(errors="ignore")
    password = urlsplit(world.url).password
    assert _SECRET not in told
    assert password is None or password not in told


def test_suites_that_nobody_waits_for_are_stopped(
    world: Target, capfd: pytest.CaptureFixture[str]
) -> None:
    with suites_running(world.connect, mappings(), []) as running:
        process = running._process
        assert process.is_alive()
    with pytest.raises(ValueError, match="closed"):
        process.is_alive()
    assert capfd.readouterr() == ("", "")
