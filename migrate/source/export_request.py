"""Asks DynamoDB for exports to S3 and for their state: the API's calls, as plain data.

An export is asked for once: its token is a function of the request, so that the same request within
8 hours is the same export for AWS, whoever repeats it and why.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from migrate.aws import THROTTLING_CODES, Source, client, translated
from migrate.errors import FixInputError, RetryLaterError

View = Literal["new", "new-and-old"]
Status = Literal["IN_PROGRESS", "COMPLETED", "FAILED"]

# Prose of AWS says NEW_IMAGES, the API's model NEW_IMAGE; the model is what the service checks.
_VIEWS: dict[View, str] = {"new": "NEW_IMAGE", "new-and-old": "NEW_AND_OLD_IMAGES"}

_BUSY_CODES = THROTTLING_CODES | {
    "ThrottledException", "TooManyRequestsException", "InternalServerError",
    "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException",
}  # fmt: skip
_MISSING_CODES = {"TableNotFoundException", "ResourceNotFoundException", "ExportNotFoundException"}


# Each earlier export of the same request that failed costs one call, within 8 hours of it.
ATTEMPTS_MAX = 20


class BusyError(RetryLaterError):
    """AWS is throttling, at its limit of exports, or away for the moment: worth waiting for."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where exports are written. `owner`: the account of a bucket that is not ours."""

    bucket: str
    prefix: str = ""
    owner: str | None = None
    kms_key: str | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """One export of one table. Times are UTC, whole seconds; None: the newest there is.

    Full: `at`. Incremental: `since` (inclusive) to `until` (exclusive), with a `view`.
    """

    table_arn: str
    table_id: str
    destination: Destination
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    view: View | None = None

    def parameters(self) -> dict[str, Any]:
        """What ExportTableToPointInTime takes, without the token."""
        place = self.destination
        asked: dict[str, Any] = {
            "TableArn": self.table_arn,
            "S3Bucket": place.bucket,
            "ExportFormat": "DYNAMODB_JSON",
            "ExportType": "FULL_EXPORT" if self.since is None else "INCREMENTAL_EXPORT",
        }
        if place.prefix:
            asked["S3Prefix"] = place.prefix
        if place.owner:
            asked["S3BucketOwner"] = place.owner
        if place.kms_key:
            asked |= {"S3SseAlgorithm": "KMS", "S3SseKmsKeyId": place.kms_key}
        if self.at is not None:
            asked["ExportTime"] = self.at
        if self.since is not None:
            asked["IncrementalExportSpecification"] = self._window()
        return asked

    def _window(self) -> dict[str, Any]:
        window: dict[str, Any] = {"ExportFromTime": self.since}
        if self.until is not None:
            window["ExportToTime"] = self.until
        if self.view is not None:
            window["ExportViewType"] = _VIEWS[self.view]
        return window

    def token(self, attempt: int = 0) -> str:
        """The request as a token. `attempt` counts exports of this request that failed earlier."""
        asked = [self.parameters(), self.table_id, attempt]
        text = json.dumps(asked, sort_keys=True, default=datetime.isoformat)
        return str(uuid.UUID(hashlib.sha256(text.encode()).hexdigest()[:32]))


@dataclass(frozen=True, slots=True)
class ExportState:
    """What AWS says about an export."""

    arn: str
    status: Status
    token: str
    bucket: str
    prefix: str
    started: datetime | None
    ended: datetime | None
    at: datetime | None
    since: datetime | None
    until: datetime | None
    view: str | None
    items: int | None
    billed_bytes: int | None
    failure_code: str
    failure_message: str

    @property
    def folder(self) -> str:
        """Of its manifests, s3://bucket/prefix/AWSDynamoDB/id."""
        path = f"{self.prefix}/" if self.prefix else ""
        return f"s3://{self.bucket}/{path}AWSDynamoDB/{self.arn.rpartition('/')[2]}"

    def answers(self, request: ExportRequest) -> bool:
        """Whether it was asked for by this very request."""
        return self.token in {request.token(attempt) for attempt in range(ATTEMPTS_MAX)}

    def overlaps(self, request: ExportRequest) -> bool:
        """Whether both are incremental, begin at the same second, and go to the same place."""
        place = request.destination
        return (self.bucket, self.prefix, self.since) == (place.bucket, place.prefix, request.since)


def export_client(source: Source) -> Any:
    """A client that gives up soon: those who wait for exports have patience of their own."""
    return client("dynamodb", source, retries={"mode": "standard", "total_max_attempts": 3})


def start(client: Any, request: ExportRequest, attempt: int = 0) -> ExportState:
    """The export of `request`: a new one, or the one that this token has already started.

    Raises BusyError where waiting helps, and FixInputError.
    """
    with _translated(f"the export of {request.table_arn.rpartition('/')[2]}"):
        answer = client.export_table_to_point_in_time(
            ClientToken=request.token(attempt), **request.parameters()
        )
    return _state(answer["ExportDescription"])


def describe_export(client: Any, arn: str) -> ExportState:
    """The state of an export. Raises BusyError and FixInputError."""
    with _translated(f"export {arn}"):
        return _state(client.describe_export(ExportArn=arn)["ExportDescription"])


def running(client: Any, table_arn: str) -> Iterator[ExportState]:
    """The table's exports that are at work now. Raises BusyError and FixInputError."""
    further: dict[str, str] = {}
    while True:
        with _translated(f"the exports of {table_arn.rpartition('/')[2]}"):
            answer = client.list_exports(TableArn=table_arn, **further)
        for one in answer.get("ExportSummaries", []):
            if one.get("ExportStatus") == "IN_PROGRESS":
                yield describe_export(client, str(one["ExportArn"]))
        if not answer.get("NextToken"):
            return
        further = {"NextToken": str(answer["NextToken"])}


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """As `migrate.aws.translated`, with the errors that only exports have told apart."""
    import botocore.exceptions as boto

    with translated(what):
        try:
            yield
        except (boto.ConnectionError, boto.HTTPClientError) as error:
            hint = "check the network; the same command goes on waiting"
            raise BusyError(f"DynamoDB cannot be reached for {what}", hint) from error
        except boto.ClientError as error:
            known = _known(str(error.response.get("Error", {}).get("Code", "")), what)
            if known is None:
                raise
            raise known from error


def _known(code: str, what: str) -> FixInputError | BusyError | None:
    if code in _BUSY_CODES:
        return BusyError(f"AWS is busy for {what} ({code})", "the same command goes on waiting")
    if code in _MISSING_CODES:
        hint = "check api_id, environment and region of the profile"
        return FixInputError(f"{what} does not exist ({code})", hint)
    if code == "PointInTimeRecoveryUnavailableException":
        hint = "switch it on for the table; the history begins then"
        return FixInputError(f"{what} needs point-in-time recovery, which is off", hint)
    if code == "InvalidExportTimeException":
        hint = "choose a time inside the table's point-in-time recovery window"
        return FixInputError(f"AWS refuses the time of {what} ({code})", hint)
    if code in {"ExportConflictException", "IdempotentParameterMismatch"}:
        hint = "another request holds this place or token; give another --prefix"
        return FixInputError(f"AWS sees a conflict for {what} ({code})", hint)
    return None


def _state(described: dict[str, Any]) -> ExportState:
    window = described.get("IncrementalExportSpecification", {})
    return ExportState(
        arn=str(described["ExportArn"]),
        status=described["ExportStatus"],
        token=str(described.get("ClientToken", "")),
        bucket=str(described.get("S3Bucket", "")),
        prefix=str(described.get("S3Prefix") or ""),
        started=_utc(described.get("StartTime")),
        ended=_utc(described.get("EndTime")),
        at=_utc(described.get("ExportTime")),
        since=_utc(window.get("ExportFromTime")),
        until=_utc(window.get("ExportToTime")),
        view=window.get("ExportViewType"),
        items=described.get("ItemCount"),
        billed_bytes=described.get("BilledSizeBytes"),
        failure_code=str(described.get("FailureCode") or ""),
        failure_message=str(described.get("FailureMessage") or ""),
    )


def _utc(value: datetime | None) -> datetime | None:
    """botocore gives the machine's own zone."""
    return None if value is None else value.astimezone(UTC)
