"""The sample: repeatable, complete, and with exactly the defects that it says it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from migrate.item.refusal import Refusal
from migrate.mapping.compile import FILTERED, TOMBSTONE, NoRows
from migrate.rehearse.sample import expected, generate, planted
from migrate.rehearse.sample.definitions import INDEXES, KEYS
from migrate.rehearse.sample.generate import CHANGES, planted_items
from migrate.rehearse.sample.layout import MODELS
from migrate.rehearse.sample.rates import RATES, Rate
from migrate.validate.interpret import interpret
from tests.rehearse.judged import Judge, identity, mappings, outcome

ITEMS, SEED = 3000, 7

Item = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> list[tuple[str, Item]]:
    return list(generate(ITEMS, SEED))


def _texts(value: Any) -> Iterator[str]:
    """Every string of an item: attribute names, map keys, texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, element in value.items():
            yield name
            yield from _texts(element)
    elif isinstance(value, list):
        for element in value:
            yield from _texts(element)


def test_same_arguments_give_the_same_items(sample: list[tuple[str, Item]]) -> None:
    assert json.dumps(list(generate(ITEMS, SEED))) == json.dumps(sample)


def test_another_seed_gives_other_items_of_the_same_shape(sample: list[tuple[str, Item]]) -> None:
    other = list(generate(ITEMS, SEED + 1))
    assert Counter(model for model, _ in other) == Counter(model for model, _ in sample)
    keys = {json.dumps(item.get("id", item.get("userId"))) for _, item in sample}
    assert not any(json.dumps(item.get("id", item.get("userId"))) in keys for _, item in other)


@pytest.mark.parametrize("items", [0, 1, 5, 15, 16, 31, 32, 50, 100, 199, 250, 400])
def test_any_size_is_exact_and_planted_counts_hold(items: int) -> None:
    judge = Judge()
    for model, item in generate(items, SEED):
        judge.take(model, item)
    assert sum(judge.counts.items.values()) == items
    assert judge.finish() == expected(items, SEED)


def test_the_first_of_very_many_items_come_at_once() -> None:
    assert [model for model, _ in islice(generate(10**9, SEED), 3)] == ["User"] * 3


def test_every_model_appears_and_no_key_twice(sample: list[tuple[str, Item]]) -> None:
    known = mappings()
    assert set(known) == set(MODELS) == {model for model, _ in sample}
    keys = Counter((model, *identity(known[model], item)) for model, item in sample)
    assert max(keys.values()) == 1


def test_half_of_the_sample_is_chat() -> None:
    counts = expected(20_000, SEED).items
    assert 0.45 < counts["ChatMessage"] / 20_000 < 0.55


def test_every_rate_has_its_change_and_is_planted() -> None:
    keys = [rate.key for rate in RATES]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(CHANGES) == set(planted(ITEMS, SEED))


def test_planted_numbers_grow_with_the_sample_and_are_never_zero() -> None:
    small, large = planted(ITEMS, SEED), planted(1_000_000, SEED)
    for rate in RATES:
        assert small[rate.key] >= rate.size
        assert large[rate.key] == rate.per_million * rate.size


def _has_nul(item: Item) -> bool:
    return any("\x00" in text or "\\u0000" in text for text in _texts(item))


_FOUND_BY: dict[str, tuple[str, Callable[[Item], bool]]] = {
    "tombstones": ("*.tombstone", lambda i: i.get("_deleted") == {"BOOL": True} and "_ttl" in i),
    "sticker": ("ChatMessage.removed-type", lambda i: i.get("contentType") == {"S": "STICKER"}),
    "stampId": ("ChatMessage.unknown-attribute", lambda i: "stampId" in i),
    "suspended": ("User.removed-status", lambda i: i.get("status") == {"S": "SUSPENDED"}),
    "38 digits": (
        "User.number-of-38-digits",
        lambda i: any(len(t) == 38 and t.isdecimal() for t in _texts(i)),
    ),
    "former names": ("User.former-names", lambda i: "givenName" in i and "firstName" not in i),
    "nine digits": (
        "ChatMessage.sent-at-nanoseconds",
        lambda i: i.get("sentAt", {}).get("S", "").endswith("456789Z"),
    ),
    "no zone": (
        "ChatMessage.sent-at-without-zone",
        lambda i: "sentAt" in i and len(i["sentAt"]["S"]) == 23 and "+" not in i["sentAt"]["S"],
    ),
    "no sentAt": (
        "ChatMessage.no-sent-at",
        lambda i: i["__typename"]["S"] == "ChatMessage" and "sentAt" not in i,
    ),
    "offset with seconds": (
        "ChatMessage.sent-at-offset-with-seconds",
        lambda i: i.get("sentAt", {}).get("S", "").endswith("+09:18:59"),
    ),
    "health check": ("AuditLog.health-check", lambda i: i.get("action") == {"S": "HEALTH_CHECK"}),
    "milliseconds": (
        "Notification.expiry-in-milliseconds",
        lambda i: (
            i["__typename"]["S"] == "Notification"
            and len(i.get("expiresAt", {}).get("N", "")) == 13
        ),
    ),
    "template key": (
        "Meeting.template-text-in-composite-key",
        lambda i: "$" in i.get("status#createdAt", {}).get("S", ""),
    ),
    "empty meeting": ("Appointment.empty-meeting-id", lambda i: i.get("meetingId") == {"S": ""}),
}


@pytest.mark.parametrize("name", _FOUND_BY)
def test_an_inspection_finds_as_many_as_were_planted(
    name: str, sample: list[tuple[str, Item]]
) -> None:
    key, predicate = _FOUND_BY[name]
    counts = planted(ITEMS, SEED)
    model, _, irregularity = key.partition(".")
    wanted = sum(
        count
        for planted_key, count in counts.items()
        if planted_key.endswith(f".{irregularity}") and model in {"*", planted_key.split(".")[0]}
    )
    assert sum(predicate(item) for _, item in sample) == wanted


def test_nul_stands_at_the_top_nested_in_a_key_and_in_json_text(
    sample: list[tuple[str, Item]],
) -> None:
    counts = planted(ITEMS, SEED)
    wanted = sum(count for key, count in counts.items() if ".nul-" in key)
    assert sum(_has_nul(item) for _, item in sample) == wanted


def test_three_empties_of_one_attribute_are_planted() -> None:
    found = {
        rate.name: item.get("description")
        for rate, item in planted_items(ITEMS, SEED)
        if rate.name.startswith("description-")
    }
    assert found == {
        "description-absent": None,
        "description-null": {"NULL": True},
        "description-empty": {"S": ""},
    }


def _judged(rate: Rate, item: Item) -> tuple[str, str]:
    found = outcome(rate.model, item)
    if isinstance(found, Refusal):
        return "rejected", found.rule
    if isinstance(found, NoRows):
        return {TOMBSTONE: "tombstone", FILTERED: "filtered"}[found], ""
    bad = [element for elements in found.bad for element in elements]
    return ("bad-element", bad[0].refusal.rule) if bad else ("legal", "")


def test_each_planted_item_meets_the_outcome_of_its_rate() -> None:
    for rate, item in planted_items(ITEMS, SEED):
        wanted = (str(rate.outcome), rate.rule)
        if rate.rule in {"orphan", "duplicate"}:  # judged over all items, not one by one
            wanted = ("legal", "")
        assert _judged(rate, item) == wanted, rate.key


_VERIFIER_SAYS = {"tombstone": "tombstone", "filtered": "filtered", "rejected": "rejected"}


def test_the_verifier_sees_each_planted_item_as_the_loading_path_does() -> None:
    for rate, item in planted_items(ITEMS, SEED):
        found = interpret(mappings()[rate.model], item)
        wanted = _VERIFIER_SAYS.get(_judged(rate, item)[0], "rows")
        assert found.outcome == wanted, rate.key


def test_a_faithful_migration_counts_what_is_expected(sample: list[tuple[str, Item]]) -> None:
    judge = Judge()
    for model, item in sample:
        judge.take(model, item)
    assert judge.finish() == expected(ITEMS, SEED)
    assert judge.nulled["AuditLog"] == planted(ITEMS, SEED)["AuditLog.actor-gone"]


def test_a_rejected_user_takes_a_meeting_its_attendees_and_messages_along() -> None:
    judge = Judge()
    for model, item in generate(ITEMS, SEED):
        judge.take(model, item)
    before = Counter(row.model for row in judge.rows if not row.table.in_child)
    judge.finish()
    lost = before - Counter(row.model for row in judge.rows if not row.table.in_child)
    assert lost["Meeting"] == 1
    assert lost["Attendee"] >= 2
    assert lost["ChatMessage"] >= 4


def test_index_keys_hold_text_or_are_absent(sample: list[tuple[str, Item]]) -> None:
    """DynamoDB refuses an item whose index key is NULL, empty or of another type."""
    for model, item in sample:
        names = {name for index in INDEXES.get(model, ()) for name in index[1:] if name}
        for name in names | set(KEYS.get(model, ("id",))):
            assert name not in item or item[name].get("S"), (model, name)


def test_loaded_rows_meet_the_business_rules(sample: list[tuple[str, Item]]) -> None:
    judge = Judge()
    for model, item in sample:
        judge.take(model, item)
    judge.finish()
    tables: dict[str, list[dict[str, str | None]]] = {}
    for row in judge.rows:
        tables.setdefault(row.table.target, []).append(row.values)
    meeting_of = {row["id"]: row["meeting_id"] for row in tables["ohr.attendees"]}
    for message in tables["ohr.chat_messages"]:
        assert meeting_of[message["sender_id"]] == message["meeting_id"]
    for visit in tables["ohr.meetings"]:
        assert (visit["scheduled_start_time"] or "") < (visit["scheduled_end_time"] or "")
    for appointment in tables["common.appointments"]:
        assert (appointment["start_time"] or "") < (appointment["end_time"] or "")
        cancelled = appointment["status"] == "cancelled"
        assert cancelled == (appointment["cancellation_reason"] is not None)
    for result in tables["halca.assessment_results"]:
        scores = json.loads(result["scores"] or "{}")
        assert scores["minimum"] <= scores["total"] <= scores["maximum"]


def test_items_carry_what_amplify_and_datastore_add(sample: list[tuple[str, Item]]) -> None:
    alive: Counter[str] = Counter()
    owners: Counter[bool] = Counter()
    for model, item in sample:
        assert item["__typename"] == {"S": model}
        assert item["updatedAt"]["S"].endswith("Z")
        assert len(item["_lastChangedAt"]["N"]) == 13
        assert int(item["_version"]["N"]) >= 1
        alive[json.dumps(item.get("_deleted"))] += 1
        if "owner" in item:
            owners["::" in item["owner"]["S"]] += 1
    assert set(alive) == {"null", '{"NULL": true}', '{"BOOL": false}', '{"BOOL": true}'}
    assert owners[True]
    assert owners[False]
