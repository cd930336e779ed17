"""`migrate export` as its user sees it: options, times, the table, the JSON, the exit codes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrate.rehearse.profile import CostSettings
from tests.cli.conftest import CommandLine
from tests.small_world import table_name
from tests.source.scripted_exports import Exports, scripted_exports

_BUCKET = ("export", "--bucket", "exports")


@pytest.fixture
def aws(run: CommandLine, monkeypatch: pytest.MonkeyPatch, no_pauses: None) -> Iterator[Exports]:
    """The account that `run` works on; waiting passes its time and no other."""
    with scripted_exports() as exports:
        for model in ("Person", "Visit"):
            exports.table(table_name(model))
        run.project.environment["AWS_ENDPOINT_URL_DYNAMODB"] = exports.url
        monkeypatch.setattr("migrate.pipeline.export.Clock", lambda: exports.clock)
        yield exports


def test_without_execute_it_shows_what_would_be(run: CommandLine, aws: Exports) -> None:
    result = run(*_BUCKET)
    assert result.code == 0
    assert "planned" in result.stdout
    assert "AWS charges by the size of the tables: 2.000 GB" in result.stdout
    assert "nothing was started; --execute does it" in result.stdout
    assert aws.begun == []


def test_the_price_is_the_profiles(run: CommandLine, aws: Exports) -> None:
    costs = CostSettings(per_exported_gigabyte=0.25, currency="JPY")
    run.project.profile(costs=costs.model_dump(exclude_defaults=True))
    assert "2.000 GB (DynamoDB's own estimate, hours old), about 0.50 JPY" in run(*_BUCKET).stdout


def test_exports_that_are_done_are_shown_with_their_place(run: CommandLine, aws: Exports) -> None:
    result = run(*_BUCKET, "--prefix", "/june/", "--execute")
    assert result.code == 0
    assert result.stdout.count("completed") == 2
    assert "Person: s3://exports/june/AWSDynamoDB/" in result.stdout
    assert "export: " in result.stderr


def test_json_holds_every_export(run: CommandLine, aws: Exports) -> None:
    printed = run(*_BUCKET, "--execute", "--json").json
    assert printed["executed"] is True
    assert [one["model"] for one in printed["exports"]] == ["Person", "Visit"]
    one = printed["exports"][0]
    assert (one["status"], one["items"], one["seconds"]) == ("completed", 5, 40.0)
    assert one["manifest"].startswith("s3://exports/AWSDynamoDB/")


def test_a_failed_export_is_2_and_the_others_are_shown(run: CommandLine, aws: Exports) -> None:
    aws.failing[table_name("Visit")] = ("S3NoSuchBucket", "no such bucket")
    result = run(*_BUCKET, "--execute", "--json")
    assert result.code == 2
    assert [one["status"] for one in result.json["exports"]] == ["completed", "failed"]
    assert "S3NoSuchBucket: no such bucket" in result.stderr
    assert "hint:" in result.stderr


def test_recovery_that_is_off_is_2(run: CommandLine, aws: Exports) -> None:
    aws.tables[table_name("Visit")].pitr_since = None
    result = run(*_BUCKET, "--execute")
    assert (result.code, result.stdout) == (2, "")
    assert f"point-in-time recovery is off, and an export needs it: {table_name('Visit')}" in (
        result.stderr
    )


def test_a_source_that_does_not_answer_is_3(run: CommandLine, aws: Exports) -> None:
    run.project.environment["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
    assert run(*_BUCKET).code == 3


def test_times_of_any_zone_are_taken(run: CommandLine, aws: Exports) -> None:
    result = run(*_BUCKET, "--at", "2026-05-31T21:00:00+09:00", "--json")
    assert result.json["exports"][0]["export_time"] == "2026-05-31T12:00:00+00:00"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--at", "2026-05-31T21:00:00"], "has no zone"),
        (["--at", "yesterday"], "is not a time such as"),
        (["--at", "2026-05-31T21:00:00.5Z"], "is not a whole second"),
        (["--incremental"], "takes --since TIME or --after LOCATION"),
        (["--incremental", "--since", "2026-05-31T21:00:00Z", "--after", "x"], "or --after"),
        (["--incremental", "--after", "x", "--at", "2026-05-31T21:00:00Z"], "--until ends"),
        (["--since", "2026-05-31T21:00:00Z"], "go with --incremental"),
        (["--no-wait", "--fetch", "x"], "leave --no-wait out"),
    ],
)
def test_options_that_do_not_go_together_are_2(
    run: CommandLine, aws: Exports, options: list[str], word: str
) -> None:
    result = run(*_BUCKET, *options)
    assert (result.code, result.stdout) == (2, "")
    assert word in result.stderr
    assert aws.calls == []


def test_a_bucket_must_be_named(run: CommandLine) -> None:
    assert "Missing option '--bucket'" in run("export").stderr
