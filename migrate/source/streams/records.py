"""An answer of GetRecords as changes, whose images are cut out and not decoded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from migrate.errors import FixInputError, RetryLaterError

Kind = Literal["put", "removed", "expired"]

_TTL_TYPE, _TTL_PRINCIPAL = "service", "dynamodb.amazonaws.com"
_DIGITS_MAX = 40


@dataclass(frozen=True, slots=True)
class Record:
    """A change of one item. `key`: its key in typed JSON; `image`, `old_image`: typed JSON as it
    came, None where there is none. `at`: when, in whole seconds. `digits`: with how many digits
    its sequence number was written, which leading zeros may be among."""

    sequence: int
    digits: int
    kind: Kind
    key: dict[str, Any]
    image: bytes | None
    old_image: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordPage:
    """`iterator`: where reading goes on; None: this was the shard's end."""

    records: list[Record]
    iterator: str | None
    body_bytes: int


class _Change(msgspec.Struct):
    sequence: str = msgspec.field(name="SequenceNumber")
    at: float | str = msgspec.field(name="ApproximateCreationDateTime")
    key: dict[str, Any] = msgspec.field(name="Keys")
    image: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="NewImage")
    old_image: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="OldImage")


class _Record(msgspec.Struct):
    event: str = msgspec.field(name="eventName")
    change: _Change = msgspec.field(name="dynamodb")
    identity: dict[str, Any] | None = msgspec.field(default=None, name="userIdentity")


class _Answer(msgspec.Struct):
    records: list[_Record] = msgspec.field(name="Records")
    iterator: str | None = msgspec.field(default=None, name="NextShardIterator")


_decoder = msgspec.json.Decoder(_Answer)


def page_of(body: bytes) -> RecordPage:
    """The page of an answer. Raises RetryLaterError for one that was cut, and FixInputError for a
    stream that no copy can follow."""
    try:
        answer = _decoder.decode(body)
    except msgspec.MsgspecError:
        answer = _odd_answer(body)
    return RecordPage([_record(one) for one in answer.records], answer.iterator, len(body))


def _odd_answer(body: bytes) -> _Answer:
    """An answer that holds lone surrogates, which strict parsers refuse: the mapping rejects the
    one item that has them, instead of losing a page."""
    try:
        answer = json.loads(body)
        return _Answer([_odd_record(one) for one in answer["Records"]],
                       answer.get("NextShardIterator"))  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError):
        hint = "something between here and DynamoDB cuts it; it is asked for again"
        raise RetryLaterError("an answer of DynamoDB Streams is not whole", hint) from None


def _odd_record(record: dict[str, Any]) -> _Record:
    told = record["dynamodb"]
    images = [
        msgspec.Raw(b"" if told.get(name) is None else json.dumps(told[name]).encode())
        for name in ("NewImage", "OldImage")
    ]
    change = _Change(
        told["SequenceNumber"], told["ApproximateCreationDateTime"], told["Keys"], *images
    )
    return _Record(record["eventName"], change, record.get("userIdentity"))


def _record(one: _Record) -> Record:
    change = one.change
    text = change.sequence
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise FixInputError(
            "a sequence number of the stream is no number of up to 40 digits, so its order is"
            " not known",
            "this endpoint does not speak DynamoDB's protocol of streams",
        )
    return Record(
        sequence=int(text),
        digits=len(text),
        kind=_kind(one),
        key=change.key,
        image=_bytes(change.image) if one.event != "REMOVE" else None,
        old_image=_bytes(change.old_image),
        at=_instant(change.at),
    )


def _kind(one: _Record) -> Kind:
    if one.event != "REMOVE":
        if _bytes(one.change.image) is None:
            raise FixInputError(
                "a record of the stream has no new image",
                "the stream's view type must be NEW_AND_OLD_IMAGES or NEW_IMAGE",
            )
        return "put"
    identity = {name.lower(): value for name, value in (one.identity or {}).items()}
    by_service = str(identity.get("type", "")).lower() == _TTL_TYPE
    return (
        "expired"
        if by_service and identity.get("principalid") == _TTL_PRINCIPAL
        else "removed"  # without an identity, somebody deleted it
    )


def _bytes(raw: msgspec.Raw) -> bytes | None:
    text = bytes(raw)
    return None if text in {b"", b"null"} else text


def _instant(at: float | str) -> datetime:
    """Seconds since 1970 from DynamoDB, ISO text from some emulators."""
    if isinstance(at, str):
        found = datetime.fromisoformat(at)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return datetime.fromtimestamp(at, UTC)
