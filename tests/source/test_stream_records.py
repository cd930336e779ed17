"""An answer of GetRecords as changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from migrate.errors import FixInputError, RetryLaterError
from migrate.source.streams import Record, page_of

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)
ITEM = '{"id":{"S":"1"},"n":{"N":"1.50"}}'


def record(event: str = "MODIFY", **told: Any) -> dict[str, Any]:
    held = {
        "ApproximateCreationDateTime": AT.timestamp(),
        "Keys": {"id": {"S": "1"}},
        "SequenceNumber": "000000000000000000000100",
        **told,
    }
    return {"eventName": event, "dynamodb": held}


def only(answer: dict[str, Any]) -> Record:
    (found,) = page_of(json.dumps({"Records": [answer]}).encode()).records
    return found


def test_images_stay_the_bytes_that_came() -> None:
    body = json.dumps({"Records": [record()], "NextShardIterator": "x"}).encode()
    body = body.replace(b'"Keys"', f'"NewImage": {ITEM}, "OldImage": {{ }}, "Keys"'.encode())
    page = page_of(body)
    (one,) = page.records
    assert (one.kind, one.image, one.old_image) == ("put", ITEM.encode(), b"{ }")
    assert (page.iterator, page.body_bytes) == ("x", len(body))


def test_a_sequence_number_is_a_number_and_remembers_its_digits() -> None:
    one = only(record("REMOVE"))
    assert (one.sequence, one.digits, one.at) == (100, 24, AT)
    long = only(record("REMOVE", SequenceNumber="9" * 40))
    assert (long.sequence, long.digits) == (10**40 - 1, 40)


@pytest.mark.parametrize("text", ["", "49-1", "9" * 41, "١٢٣", "0x12"])
def test_a_sequence_that_is_no_number_is_refused_because_its_order_is_not_known(text: str) -> None:
    with pytest.raises(FixInputError, match="sequence number"):
        only(record("REMOVE", SequenceNumber=text))


def test_the_time_of_a_change_may_be_text() -> None:
    assert only(record("REMOVE", ApproximateCreationDateTime="2026-05-01T10:00:00Z")).at == AT
    assert only(record("REMOVE", ApproximateCreationDateTime="2026-05-01T19:00:00+09:00")).at == AT
    assert only(record("REMOVE", ApproximateCreationDateTime="2026-05-01T10:00:00")).at == AT


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ({"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}, "expired"),
        ({"type": "Service", "principalId": "dynamodb.amazonaws.com"}, "expired"),
        ({"Type": "Service", "PrincipalId": "other.amazonaws.com"}, "removed"),
        ({"Type": "User", "PrincipalId": "dynamodb.amazonaws.com"}, "removed"),
        ({}, "removed"),
        (None, "removed"),
    ],
)
def test_an_expiry_is_told_from_a_removal_by_its_identity(identity: Any, kind: str) -> None:
    assert only({**record("REMOVE"), "userIdentity": identity}).kind == kind


def test_a_removal_without_identity_is_somebodys() -> None:
    assert only(record("REMOVE")).kind == "removed"


def test_a_removal_has_no_image_even_if_one_is_told() -> None:
    assert only(record("REMOVE", NewImage={"id": {"S": "1"}})).image is None


@pytest.mark.parametrize("event", ["INSERT", "MODIFY"])
def test_a_put_without_an_image_is_refused_and_never_taken_for_a_removal(event: str) -> None:
    with pytest.raises(FixInputError, match="no new image"):
        only(record(event))
    with pytest.raises(FixInputError, match="no new image"):
        only(record(event, NewImage=None))


def test_a_lone_surrogate_costs_no_page() -> None:
    odd = record(NewImage={"id": {"S": "\ud800"}}, Keys={"id": {"S": "\ud800"}})
    records = [odd, record("REMOVE", SequenceNumber="101")]
    told = json.dumps({"Records": records, "NextShardIterator": "x"})
    page = page_of(told.encode())
    assert [one.kind for one in page.records] == ["put", "removed"]
    assert page.records[0].image == b'{"id": {"S": "\\ud800"}}'
    assert page.iterator == "x"


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"Records":[', b'{"Records":[{}]}', b"[]", b"null", b"{}"]
)
def test_an_answer_that_is_not_whole_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(RetryLaterError, match="not whole"):
        page_of(body)


def test_an_answer_without_iterator_is_the_shards_end() -> None:
    assert page_of(b'{"Records":[]}').iterator is None
    assert page_of(b'{"Records":[],"NextShardIterator":null}').iterator is None
