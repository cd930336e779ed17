"""A scan hands over DynamoDB's own typed JSON, whole, and goes on from any position."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.aws import Source, client
from migrate.errors import FixInputError, RetryLaterError
from migrate.item.decode import decoded
from migrate.source.pace import Ask
from migrate.source.page import Page
from migrate.source.scan import get_item, page_of, scan_client, scan_segment
from migrate.source.tables import describe
from tests.source.scripted_dynamodb import ScriptedDynamoDB, failure, scripted

REGION = "ap-northeast-1"
EVERY_TYPE: dict[str, Any] = {
    "id": {"S": "x"},
    "s": {"S": "葛󠄀城 \u2028\u0085\u001c'\"\\ \t\n"},
    "empty": {"S": ""},
    "nul": {"S": "a\x00b"},
    "n": {"N": "12345678901234567890123456789012345678"},
    "tiny": {"N": "0.0000000000000000000000000001"},
    "b": {"B": base64.b64encode(b"\x00\xff\x7f\xff").decode()},
    "flag": {"BOOL": False},
    "null": {"NULL": True},
    "list": {"L": [{"N": "1"}, {"L": []}, {"M": {}}, {"B": "MA=="}]},
    "map": {"M": {"B": {"B": "MA=="}, "N": {"N": "-5"}, "a\x00": {"S": ""}}},
    "ss": {"SS": ["b", "a"]},
    "ns": {"NS": ["2", "10"]},
    "bs": {"BS": ["MA==", "MQ=="]},
}


@pytest.fixture
def script(dynamodb_endpoint: str) -> Iterator[ScriptedDynamoDB]:
    with scripted(dynamodb_endpoint) as found:
        yield found


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits between attempts; the tests need only the attempts."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


def filled(endpoint: str, items: list[dict[str, Any]], key: str = "S") -> Source:
    source = Source(REGION, endpoint)
    dynamodb = client("dynamodb", source)
    dynamodb.create_table(
        TableName="Table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": key}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items:
        dynamodb.put_item(TableName="Table", Item=_for_botocore(item))
    dynamodb.close()
    return source


def _for_botocore(value: Any) -> Any:
    """botocore encodes binary values itself."""
    if isinstance(value, list):
        return [_for_botocore(one) for one in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["B"] and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    if list(value) == ["BS"]:
        return {"BS": [base64.b64decode(one) for one in value["BS"]]}
    return {name: _for_botocore(inner) for name, inner in value.items()}


def pages(source: Source, segment: int = 0, total: int = 1, start: Any = None) -> list[Page]:
    return list(scan_segment(scan_client(source), "Table", segment, total, start))


def items_of(page: Page) -> list[Any]:
    return [decoded(raw) for raw in page.items]


def test_typed_json_arrives_untouched(any_dynamodb_endpoint: str) -> None:
    source = filled(any_dynamodb_endpoint, [EVERY_TYPE])
    (page,) = pages(source)
    assert _unordered(items_of(page)) == _unordered([EVERY_TYPE])
    assert page.position is None
    assert page.body_bytes > 400


def test_one_item_arrives_as_a_scan_brings_it(any_dynamodb_endpoint: str) -> None:
    source = filled(any_dynamodb_endpoint, [EVERY_TYPE])
    dynamodb = client("dynamodb", source)
    found = get_item(dynamodb, "Table", {"id": {"S": "x"}})
    assert _unordered([found]) == _unordered([EVERY_TYPE])
    assert get_item(dynamodb, "Table", {"id": {"S": "gone"}}) is None
    dynamodb.close()


def test_segments_are_disjoint_and_leave_nothing_out(any_dynamodb_endpoint: str) -> None:
    source = filled(any_dynamodb_endpoint, [{"id": {"S": f"item {n}"}} for n in range(60)])
    seen = [
        item["id"]["S"]
        for segment in range(7)
        for page in pages(source, segment, 7)
        for item in items_of(page)
    ]
    assert sorted(seen) == sorted(f"item {n}" for n in range(60))


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_a_scan_goes_on_behind_any_key(script: ScriptedDynamoDB, kind: str) -> None:
    keys = [base64.b64encode(bytes([n, 255])).decode() if kind == "B" else f"{n}" for n in range(9)]
    source = filled(script.url, [{"id": {kind: key}} for key in keys], kind)
    script.page_items_max = 2
    found = pages(source)
    assert len(found) >= 5
    assert sorted(i["id"][kind] for page in found for i in items_of(page)) == sorted(keys)
    rest = pages(source, start=found[1].position)
    assert [page.items for page in rest] == [page.items for page in found[2:]]
    dynamodb = client("dynamodb", source)
    assert get_item(dynamodb, "Table", {"id": {kind: keys[3]}}) == {"id": {kind: keys[3]}}
    dynamodb.close()


def test_an_empty_page_does_not_end_a_segment(script: ScriptedDynamoDB) -> None:
    from tests.source.scripted_dynamodb import Answer

    source = filled(script.url, [{"id": {"S": "a"}}])
    empty = Answer(200, b'{"Items":[],"Count":0,"LastEvaluatedKey":{"id":{"S":"0"}}}')
    answers = [empty]
    script.rule = lambda operation, request: answers.pop() if answers else None
    assert [page.position is None for page in pages(source)] == [False, True]
    assert script.scans == 1, "the second page was asked for"


def test_the_next_page_is_asked_for_when_the_one_before_is_handed_over(
    script: ScriptedDynamoDB,
) -> None:
    """Never further ahead: one page at most lies unused."""
    source = filled(script.url, [{"id": {"S": f"{n}"}} for n in range(9)])
    script.page_items_max = 2
    given: list[Ask] = []

    def eager(ask: Ask) -> Ask:
        given.append(ask)
        page = ask()
        return lambda: page

    found = scan_segment(scan_client(source), "Table", 0, 1, pace=eager)
    assert given == []
    for taken, page in enumerate(found, start=1):
        is_last = page.position is None
        assert len(given) == script.scans == (taken if is_last else taken + 1)
    assert taken == 5


def test_without_a_pace_nothing_is_asked_ahead(script: ScriptedDynamoDB) -> None:
    source = filled(script.url, [{"id": {"S": f"{n}"}} for n in range(9)])
    script.page_items_max = 2
    found = scan_segment(scan_client(source), "Table", 0, 1)
    for taken in range(1, 4):
        next(found)
        assert script.scans == taken


def test_small_items_come_in_ever_larger_pages(
    script: ScriptedDynamoDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit spares DynamoDB Local work, and must not cut DynamoDB's pages into crumbs."""
    monkeypatch.setattr("migrate.source.scan._LIMIT_FIRST", 2)
    source = filled(script.url, [{"id": {"S": f"{n}"}} for n in range(20)])
    assert [len(page.items) for page in pages(source)][:3] == [2, 4, 8]
    assert sum(len(page.items) for page in pages(source)) == 20
    monkeypatch.setattr("migrate.source.scan._PAGE_BYTES", 1)
    assert [len(page.items) for page in pages(source)][:3] == [2, 2, 2], "they are full"


def test_a_sample_ends_behind_so_many_items(script: ScriptedDynamoDB) -> None:
    source = filled(script.url, [{"id": {"S": f"{n}"}} for n in range(9)])
    script.page_items_max = None
    reader = scan_client(source)
    found = list(scan_segment(reader, "Table", 0, 1, items_max=5))
    assert [len(page.items) for page in found] == [5]
    assert found[0].position is not None
    assert [one["Limit"] for one in script.scan_requests] == [5]
    assert list(scan_segment(reader, "Table", 0, 1, items_max=0)) == []


def test_lone_surrogates_reach_the_mapping_with_the_rest_of_their_page() -> None:
    body = rb'{"Items":[{"id":{"S":"a"},"t":{"S":"\ud800x"}},{"id":{"S":"b"}}],"Count":2}'
    assert items_of(page_of(body)) == [
        {"id": {"S": "a"}, "t": {"S": "\ud800x"}},
        {"id": {"S": "b"}},
    ]


@pytest.mark.parametrize("body", [b"", b'{"Items":[{"id":{"S":"Hana', b"<html>Hanako</html>"])
def test_an_answer_that_was_cut_is_no_end_of_the_table(body: bytes) -> None:
    with pytest.raises(RetryLaterError, match="not whole") as caught:
        page_of(body)
    assert "Hana" not in str(caught.value)


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(
    "fault",
    [
        failure(500, "InternalServerError"),
        failure(503, "ServiceUnavailable"),
        failure(400, "ProvisionedThroughputExceededException"),
        failure(400, "ThrottlingException"),
        failure(400, "RequestLimitExceeded"),
    ],
    ids=lambda fault: fault.body.decode().split("#")[1].split('"')[0],
)
def test_a_busy_table_is_ridden_out(script: ScriptedDynamoDB, fault: Any) -> None:
    source = filled(script.url, [{"id": {"S": "a"}}])
    faults = [fault] * 4
    script.rule = lambda operation, request: faults.pop() if faults else None
    assert [items_of(page) for page in pages(source)] == [[{"id": {"S": "a"}}]]
    script.rule = lambda operation, request: fault
    with pytest.raises(RetryLaterError, match="table Table") as caught:
        pages(source)
    assert "Hanako" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("promises_all", [True, False])
def test_a_body_that_is_cut_never_passes_for_a_short_page(
    script: ScriptedDynamoDB, promises_all: bool
) -> None:
    source = filled(script.url, [{"id": {"S": f"{n}"}} for n in range(20)])
    script.cut_bytes, script.promises_all = 40, promises_all
    with pytest.raises(RetryLaterError):
        pages(source)
    script.cut_bytes = 0
    assert sum(len(page.items) for page in pages(source)) == 20


@pytest.mark.usefixtures("no_pauses")
def test_a_wrong_checksum_is_asked_again(script: ScriptedDynamoDB) -> None:
    from tests.source.scripted_dynamodb import Answer

    source = filled(script.url, [{"id": {"S": "a"}}])
    damaged = Answer(200, b'{"Items":[],"Count":0}', {"x-amz-crc32": "1"})
    answers = [damaged] * 3
    script.rule = lambda operation, request: answers.pop() if answers else None
    assert [items_of(page) for page in pages(source)] == [[{"id": {"S": "a"}}]]


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("UnrecognizedClientException", FixInputError, "refuses the credentials"),
        ("InvalidSignatureException", FixInputError, "refuses the credentials"),
        ("MissingAuthenticationTokenException", FixInputError, "refuses the credentials"),
        ("AccessDeniedException", FixInputError, "may not use table Table"),
        ("ExpiredTokenException", RetryLaterError, "have expired"),
        ("ResourceNotFoundException", FixInputError, "table Table does not exist"),
        ("ValidationException", FixInputError, "refuses the request"),
        ("SomethingNew", RetryLaterError, "DynamoDB failed"),
    ],
)
def test_an_error_code_decides_what_to_do_next(
    script: ScriptedDynamoDB, code: str, kind: type[Exception], word: str
) -> None:
    script.rule = lambda operation, request: failure(400, code)
    source = Source(REGION, script.url)
    dynamodb = client("dynamodb", source)
    for call in (
        lambda: pages(source),
        lambda: describe(dynamodb, "Table"),
        lambda: get_item(dynamodb, "Table", {"id": {"S": "a"}}),
    ):
        with pytest.raises(kind, match=word) as caught:
            call()
        assert "Hanako" not in str(caught.value)
    dynamodb.close()


@pytest.mark.usefixtures("no_pauses")
def test_nobody_at_the_endpoint_is_worth_another_try_later() -> None:
    with pytest.raises(RetryLaterError, match="cannot be reached") as caught:
        pages(Source(REGION, "http://127.0.0.1:1"))
    assert "AWS_ENDPOINT_URL_DYNAMODB" in caught.value.hint


def test_a_table_is_described_with_its_key_in_order(any_dynamodb_endpoint: str) -> None:
    dynamodb = client("dynamodb", Source(REGION, any_dynamodb_endpoint))
    dynamodb.create_table(
        TableName="Table",
        KeySchema=[
            {"AttributeName": "z", "KeyType": "HASH"},
            {"AttributeName": "a", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "a", "AttributeType": "N"},
            {"AttributeName": "z", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    found = describe(dynamodb, "Table")
    assert (found.key, found.stream_view) == (("z", "a"), "NEW_AND_OLD_IMAGES")
    assert found.table_id
    dynamodb.delete_table(TableName="Table")
    dynamodb.get_waiter("table_not_exists").wait(TableName="Table", WaiterConfig={"Delay": 0.1})
    dynamodb.create_table(
        TableName="Table",
        KeySchema=[{"AttributeName": "z", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "z", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    again = describe(dynamodb, "Table")
    assert again.stream_view is None
    assert again.table_id != found.table_id, "a table made anew holds other items"
    dynamodb.close()


def _unordered(items: list[Any]) -> list[Any]:
    """Sets have no order."""
    return [
        {
            name: {kind: sorted(v) if kind in {"SS", "NS", "BS"} else v for kind, v in one.items()}
            for name, one in item.items()
        }
        for item in items
    ]
