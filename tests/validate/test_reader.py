"""The verifier's own reading of a table, and the names it gives to items."""

from __future__ import annotations

from typing import Any

from migrate.mapping.spec import Mapping
from migrate.validate.identity import key_shown, key_text
from migrate.validate.table_reader import read_items


class Client:
    """A client that gives prepared pages and notes what it was asked."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.requests: list[dict[str, Any]] = []

    def scan(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        return self.pages[len(self.requests) - 1]


def test_reading_goes_on_after_an_empty_page() -> None:
    item = {"id": {"S": "a"}}
    client = Client([
        {"Items": [], "LastEvaluatedKey": {"id": {"S": "x"}}},
        {"Items": [item], "LastEvaluatedKey": {"id": {"S": "a"}}},
        {"Items": []},
    ])  # fmt: skip
    assert list(read_items(client, "Thing-x", 1, 4)) == [[], [item], []]
    assert [request.get("ExclusiveStartKey") for request in client.requests] == [
        None, {"id": {"S": "x"}}, {"id": {"S": "a"}},
    ]  # fmt: skip
    for request in client.requests:
        assert request["ConsistentRead"] is True
        assert (request["Segment"], request["TotalSegments"]) == (1, 4)


def test_binary_keys_are_named_in_base64() -> None:
    mapping = Mapping.model_validate({
        "mapping": 1,
        "source": {"model": "Thing", "key": ["device", "at"]},
        "target": "app.things",
        "columns": {"id": {"uuid5": ["x"], "type": "uuid", "key": True}},
    })  # fmt: skip
    item: dict[str, Any] = {"at": {"N": "1.0"}, "device": {"B": b"\x00\xff"}, "other": {"S": "x"}}
    assert key_text(mapping, item) == '{"device":{"B":"AP8="},"at":{"N":"1.0"}}'
    assert key_shown(mapping, item) == {"device": "AP8=", "at": "1.0"}
    assert key_text(mapping, {"at": {"N": "1"}}) == '{"device":null,"at":{"N":"1"}}'
