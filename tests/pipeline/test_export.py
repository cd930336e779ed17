"""Exports are checked before they are asked for, asked for once, and waited for to their end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrate.errors import AskOperatorError, FixInputError, RetryLaterError
from migrate.observe import ExportProgress
from migrate.pipeline.limits import Limits
from migrate.source.export_request import Destination
from tests.pipeline.exporting import Events, ago, run, statuses
from tests.small_world import table_name
from tests.source.scripted_exports import DAY, NOW, Exports


def test_every_table_is_exported_and_waited_for(aws: Exports) -> None:
    events = Events()
    result = run(aws, events=events)
    assert result.error is None
    assert statuses(result) == {"Person": "completed", "Visit": "completed"}
    one = result.exports[0]
    assert (one.items, one.billed_bytes, one.seconds) == (5, 1 << 30, 40.0)
    export_id = str(one.arn).rpartition("/")[2]
    assert one.manifest == (
        f"s3://exports/hugmedo/june/AWSDynamoDB/{export_id}/manifest-summary.json"
    )
    asked = aws.begun[0]["request"]
    assert (asked["S3Bucket"], asked["S3Prefix"]) == ("exports", "hugmedo/june")
    assert (asked["ExportFormat"], asked["ExportType"]) == ("DYNAMODB_JSON", "FULL_EXPORT")
    assert "ExportTime" not in asked
    assert "S3SseAlgorithm" not in asked
    seen = [one for one in events if isinstance(one, ExportProgress)]
    assert (seen[0].done, seen[0].at_work, seen[-1].done) == (0, 2, 2)


def test_without_execute_nothing_is_started(aws: Exports) -> None:
    result = run(aws, execute=False)
    assert statuses(result) == {"Person": "planned", "Visit": "planned"}
    assert (result.bytes_estimate, result.cost_estimate) == (2 << 30, None)
    assert set(aws.calls) == {"DescribeTable", "DescribeContinuousBackups"}


def test_the_cost_is_told_by_the_price_of_the_profile_and_held_against_its_limit(
    aws: Exports,
) -> None:
    limits = Limits(price_per_exported_gigabyte=0.5, cost_max=1.0)
    assert run(aws, limits=limits, execute=False).cost_estimate == 1.0
    assert run(aws, limits=limits).error is None
    for limit in (Limits(price_per_exported_gigabyte=0.6, cost_max=1.0), Limits(cost_max=1.0)):
        with pytest.raises(AskOperatorError, match="cost"):
            run(aws, limits=limit, at=ago(DAY))
    assert len(aws.begun) == 2


def test_owner_and_key_of_the_bucket_are_passed_on(aws: Exports) -> None:
    run(aws, destination=Destination("b", "", "210987654321", "alias/exports"))
    asked = aws.begun[0]["request"]
    assert asked["S3BucketOwner"] == "210987654321"
    assert (asked["S3SseAlgorithm"], asked["S3SseKmsKeyId"]) == ("KMS", "alias/exports")
    assert "S3Prefix" not in asked


def test_every_table_without_recovery_is_named_and_nothing_is_started(aws: Exports) -> None:
    for table in aws.tables.values():
        table.pitr_since = None
    with pytest.raises(FixInputError) as caught:
        run(aws)
    assert all(table_name(model) in caught.value.message for model in ("Person", "Visit"))
    assert "PointInTimeRecoveryEnabled=true" in caught.value.hint
    assert "UpdateContinuousBackups" not in aws.calls
    assert aws.begun == []


def test_recovery_that_was_switched_on_just_now_is_for_later(aws: Exports) -> None:
    aws.just_on.add(table_name("Visit"))
    with pytest.raises(RetryLaterError, match="holds nothing yet"):
        run(aws)


def test_a_table_that_is_missing_is_named(aws: Exports) -> None:
    del aws.tables[table_name("Visit")]
    with pytest.raises(FixInputError, match=f"{table_name('Visit')} does not exist"):
        run(aws)


def test_a_time_inside_the_history_is_exported(aws: Exports) -> None:
    result = run(aws, at=ago(DAY))
    assert aws.begun[0]["request"]["ExportTime"] == NOW.timestamp() - DAY
    assert result.exports[0].export_time == ago(DAY).isoformat()


@pytest.mark.parametrize("seconds", [31 * DAY, 299.0, -1.0])
def test_a_time_outside_the_history_of_a_table_is_refused(aws: Exports, seconds: float) -> None:
    aws.tables[table_name("Person")].pitr_since = NOW.timestamp() - 35 * DAY
    with pytest.raises(FixInputError, match="outside the point-in-time recovery window") as caught:
        run(aws, at=ago(seconds))
    is_old = seconds > DAY
    assert (table_name("Person") in caught.value.message) == (not is_old)
    assert table_name("Visit") in caught.value.message
    assert aws.begun == []


def test_the_same_command_does_not_start_a_second_export(aws: Exports) -> None:
    first = run(aws, wait=False)
    assert statuses(first) == {"Person": "in-progress", "Visit": "in-progress"}
    events = Events()
    second = run(aws, events=events)
    assert statuses(second) == {"Person": "completed", "Visit": "completed"}
    assert [one.arn for one in first.exports] == [one.arn for one in second.exports]
    assert len(aws.begun) == 2
    assert "Person: waits for the export that is at work" in events.notes
    again = Events()
    run(aws, events=again)
    assert len(aws.begun) == 2
    assert any("Person: was exported already" in note for note in again.notes)


def test_a_killed_command_goes_on_waiting_however_long_the_export_takes(aws: Exports) -> None:
    aws.lasts_seconds = 20 * 3600.0

    def killed() -> None:
        raise KeyboardInterrupt

    aws.on_sleep = killed
    with pytest.raises(KeyboardInterrupt):
        run(aws)
    aws.on_sleep = lambda: None
    aws.now += aws.lasts_seconds - 20.0
    assert statuses(run(aws)) == {"Person": "completed", "Visit": "completed"}
    assert aws.calls.count("ExportTableToPointInTime") == 2


def test_another_request_is_another_export(aws: Exports) -> None:
    run(aws)
    run(aws, at=ago(DAY))
    run(aws, destination=Destination("exports", "elsewhere"))
    assert len(aws.begun) == 6


def test_a_table_made_anew_is_exported_anew(aws: Exports) -> None:
    run(aws)
    aws.tables[table_name("Person")].table_id = "another"
    run(aws)
    assert len(aws.begun) == 3


def test_a_failed_export_is_told_with_its_code_after_the_others_ended(aws: Exports) -> None:
    aws.failing[table_name("Person")] = ("S3NoSuchBucket", "The specified bucket does not exist")
    result = run(aws)
    assert statuses(result) == {"Person": "failed", "Visit": "completed"}
    assert isinstance(result.error, FixInputError)
    assert "S3NoSuchBucket: The specified bucket does not exist" in result.error.message
    assert result.exports[0].failure == result.error.message


def test_after_a_failure_the_same_command_starts_anew_what_failed(aws: Exports) -> None:
    aws.failing[table_name("Person")] = ("S3NoSuchBucket", "")
    run(aws)
    run(aws)
    assert len(aws.begun) == 3
    aws.failing.clear()
    result = run(aws)
    assert statuses(result) == {"Person": "completed", "Visit": "completed"}
    assert len(aws.begun) == 4


def test_a_failure_inside_aws_is_worth_another_try(aws: Exports) -> None:
    aws.failing[table_name("Visit")] = ("InternalServerError", "")
    assert isinstance(run(aws).error, RetryLaterError)


def test_all_failed_tables_are_told_together(aws: Exports) -> None:
    aws.failing[table_name("Person")] = ("S3NoSuchBucket", "")
    aws.denied.add(table_name("Visit"))
    result = run(aws)
    assert statuses(result) == {"Person": "failed", "Visit": "failed"}
    assert isinstance(result.error, FixInputError)
    assert "Person: " in result.error.message
    assert "Visit: " in result.error.message
    assert "AccessDeniedException" in result.error.message


def test_throttling_and_failing_servers_are_ridden_out(aws: Exports) -> None:
    codes = ["ThrottlingException", "InternalServerError", "RequestLimitExceeded"] * 3
    for operation in ("ListExports", "ExportTableToPointInTime", "DescribeExport"):
        aws.errors[operation] += codes
    events = Events()
    assert run(aws, events=events).error is None
    assert len(aws.begun) == 2
    assert any("trying again" in note for note in events.notes)


def test_the_limit_of_exports_at_a_time_is_waited_for(aws: Exports) -> None:
    aws.limit = 1
    result = run(aws)
    assert statuses(result) == {"Person": "completed", "Visit": "completed"}
    first, second = aws.begun
    assert second["StartTime"] >= first["EndTime"]


def test_expired_credentials_end_the_waiting(aws: Exports) -> None:
    aws.on_sleep = lambda: aws.errors["DescribeExport"].extend(["ExpiredTokenException"] * 3)
    result = run(aws)
    assert isinstance(result.error, RetryLaterError)
    assert "expired" in result.error.message


def test_an_aws_that_stays_busy_is_given_up(aws: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.pipeline.export_wait._BUSY_SECONDS_MAX", 60.0)
    aws.limit = 0
    result = run(aws)
    assert isinstance(result.error, RetryLaterError)
    assert "LimitExceededException" in result.error.message


def test_no_wait_ends_when_everything_is_at_work(aws: Exports) -> None:
    result = run(aws, wait=False)
    assert statuses(result) == {"Person": "in-progress", "Visit": "in-progress"}
    assert aws.now == NOW.timestamp()
    assert result.exports[0].manifest is None


def test_times_are_utc_whatever_the_machine_thinks(aws: Exports) -> None:
    at = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
    assert run(aws, at=at).exports[0].export_time == "2026-05-31T12:00:00+00:00"
