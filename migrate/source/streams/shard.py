"""Reads one shard from a position on, with iterators that are made anew when they expire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.aws import translated
from migrate.errors import RetryLaterError
from migrate.source.streams.records import Record, RecordPage, page_of

_DIGITS_MIN = 21  # DynamoDB's own numbers have 21 to 40
_PAGE_RECORDS = 1000  # the most that DynamoDB gives; a page has 1 MB at most


class TrimmedError(Exception):
    """What stood behind the position may be gone: DynamoDB keeps changes for 24 hours."""


class HorizonError(Exception):
    """The oldest record that is left must be looked for anew: whether that leaves a gap is for the
    caller to say."""


class GoneError(Exception):
    """The shard, or its stream, does not exist any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`records` behind the position, in order; `is_end`: nothing will come behind them. An empty
    answer without end does not mean that nothing is there."""

    records: list[Record]
    is_end: bool
    body_bytes: int


class ShardReader:
    """Reads behind `position`, a sequence number written with `digits` digits; None: all that is
    left of the shard. One request at a time."""

    def __init__(
        self, client: Any, arn: str, shard_id: str, position: int | None, digits: int | None
    ) -> None:
        self._client = client
        self._arn = arn
        self._shard_id = shard_id
        self._position = position
        self._digits = digits or _DIGITS_MIN
        self._iterator: str | None = None
        self._from_horizon = position is None

    def read_from_horizon(self) -> None:
        """Go on with the oldest record that is left; what stands up to the position is skipped."""
        self._iterator = None
        self._from_horizon = True

    @property
    def begins_at_horizon(self) -> bool:
        """Whether the next request goes on with the oldest record that is left."""
        return self._iterator is None and self._from_horizon

    def find_place(self) -> None:
        """Make sure that the position can be read on from. Raises TrimmedError, GoneError."""
        if self._iterator is None:
            self._iterator = self._new_iterator()

    def read(self) -> Answer:
        """The next answer. Raises TrimmedError, GoneError, HorizonError, and as
        `migrate.aws.translated`; reading can go on after any error."""
        self.find_place()
        try:
            page = self._page()
        except _ExpiredError:  # 15 minutes old, as after a long pause
            if self._from_horizon:
                raise HorizonError(self._shard_id) from None
            page = self._page_of_new_iterator()
        records = page.records
        position = self._position
        if position is not None and records and records[0].sequence <= position:
            records = [one for one in records if one.sequence > position]
        if records:
            self._position, self._digits = records[-1].sequence, records[-1].digits
            self._from_horizon = False
        self._iterator = page.iterator
        return Answer(records, page.iterator is None, page.body_bytes)

    def _page(self) -> RecordPage:
        asked = {"ShardIterator": self._iterator, "Limit": _PAGE_RECORDS}
        return page_of(self._call("get_records", **asked)["Body"])

    def _page_of_new_iterator(self) -> RecordPage:
        self.find_place()
        try:
            return self._page()
        except _ExpiredError:
            raise RetryLaterError(
                f"shard {self._shard_id}: an iterator expired at once", "it is asked for again"
            ) from None

    def _new_iterator(self) -> str:
        place: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
        if not self._from_horizon:
            place = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": str(self._position).zfill(self._digits),
            }
        found = self._call(
            "get_shard_iterator", StreamArn=self._arn, ShardId=self._shard_id, **place
        )
        iterator: str = found["ShardIterator"]
        return iterator

    def _call(self, operation: str, **request: Any) -> Any:
        from botocore.exceptions import ClientError

        with translated(f"shard {self._shard_id} of {self._arn}"):
            try:
                return getattr(self._client, operation)(**request)
            except ClientError as error:
                found = _ERRORS.get(str(error.response.get("Error", {}).get("Code", "")))
                if found is None:
                    raise
                self._iterator = None
                raise found(self._shard_id) from None


class _ExpiredError(Exception):
    """An iterator lives for 15 minutes."""


_ERRORS: dict[str, type[Exception]] = {
    "TrimmedDataAccessException": TrimmedError,
    "ResourceNotFoundException": GoneError,
    "ExpiredIteratorException": _ExpiredError,
}
