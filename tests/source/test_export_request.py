"""The calls for exports against an emulator: AWS's shapes are what this tool takes them for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate.aws import Source, client
from migrate.errors import FixInputError
from migrate.rehearse.stack import process
from migrate.source.export_request import (
    Destination,
    ExportRequest,
    describe_export,
    export_client,
    running,
    start,
)
from migrate.source.recovery import recovery_window
from migrate.source.tables import SourceTable, describe

_PLACE = Destination("exports", "a/b", "123456789012", "alias/key")
_TIME = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def source(dynamodb_endpoint: str) -> Source:
    return Source("ap-northeast-1", dynamodb_endpoint)


def table_of(source: Source) -> SourceTable:
    dynamodb = client("dynamodb", source)
    dynamodb.create_table(
        TableName="Things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    found = describe(dynamodb, "Things")
    dynamodb.close()
    return found


def test_an_export_runs_from_its_request_to_its_end(source: Source) -> None:
    table = table_of(source)
    dynamodb = export_client(source)
    request = ExportRequest(table.arn, table.table_id, _PLACE, at=_TIME)
    begun = start(dynamodb, request)
    assert begun.status == "IN_PROGRESS"
    assert (begun.bucket, begun.prefix, begun.at) == ("exports", "a/b", _TIME)
    assert begun.answers(request)
    assert [one.arn for one in running(dynamodb, table.arn)] == [begun.arn]
    assert start(dynamodb, request).arn == begun.arn
    ended = lambda: describe_export(dynamodb, begun.arn).status == "COMPLETED"  # noqa: E731
    assert process.wait_until(ended, 30.0)
    done = describe_export(dynamodb, begun.arn)
    assert done.items == 0
    assert done.ended is not None
    assert done.folder == f"s3://exports/a/b/AWSDynamoDB/{begun.arn.rpartition('/')[2]}"
    assert list(running(dynamodb, table.arn)) == []
    dynamodb.close()


def test_an_export_or_a_table_that_is_not_there_is_told(source: Source) -> None:
    table = table_of(source)
    dynamodb = export_client(source)
    with pytest.raises(FixInputError, match=f"export {table.arn}/export/none does not exist"):
        describe_export(dynamodb, f"{table.arn}/export/none")
    with pytest.raises(FixInputError, match="the export of Thingz does not exist"):
        start(dynamodb, ExportRequest(f"{table.arn[:-1]}z", "", _PLACE))
    dynamodb.close()


def test_recovery_is_off_until_somebody_switches_it_on(source: Source) -> None:
    table = table_of(source)
    dynamodb = client("dynamodb", source)
    assert recovery_window(dynamodb, table.name) is None
    dynamodb.update_continuous_backups(
        TableName=table.name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    window = recovery_window(dynamodb, table.name)
    assert window is not None
    assert window.earliest.tzinfo is UTC
    assert window.holds(window.earliest)
    assert not window.holds(window.earliest - timedelta(seconds=1))
    dynamodb.close()


def test_tokens_differ_with_everything_that_makes_another_export() -> None:
    given = {"table_arn": "arn", "table_id": "id", "destination": Destination("b")}
    since = {"since": _TIME, "view": "new"}
    requests = [
        ExportRequest(**{**given, **more})  # type: ignore[arg-type]
        for more in (
            {},
            {"table_arn": "another"},
            {"table_id": "another"},
            {"destination": Destination("c")},
            {"destination": Destination("b", "p")},
            {"destination": Destination("b", "", "owner")},
            {"destination": Destination("b", "", None, "key")},
            {"at": _TIME},
            since,
            {**since, "until": _TIME + timedelta(hours=1)},
            {**since, "view": "new-and-old"},
        )
    ]
    tokens = {request.token(attempt) for request in requests for attempt in (0, 1)}
    assert len(tokens) == 2 * len(requests)
    assert {len(token) for token in tokens} == {36}
