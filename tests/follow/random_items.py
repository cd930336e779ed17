"""Random items of the small world: valid ones, and those that a mapping rejects or leaves out."""

from __future__ import annotations

import random
from typing import Any

from tests.small_world import PERSON, changed, notes, person, uid, visit

KEYS = 8
_CODES = ("a", "b", "c", "d")
# A person may keep a second row in a table of its own: one item in two tables.
TWO_TABLES = changed(
    PERSON,
    tables=[{
        "target": "app.cards",
        "columns": {
            "id": {"uuid5": ["cards", {"from": "id"}], "type": "uuid", "key": True},
            "person_id": {"from": "id", "type": "uuid", "required": True},
            "number": {"from": "card", "type": "integer", "unique": True},
        },
    }],
)  # fmt: skip
KEEP_FIRST = changed(TWO_TABLES, duplicates="keep-first-by name")


def random_person(chance: random.Random, number: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if chance.random() < 0.6:
        attributes["code"] = chance.choice(_CODES)
    if chance.random() < 0.4:
        attributes["badge"] = chance.randint(1, 4)
    if chance.random() < 0.4:
        attributes["card"] = chance.randint(1, 4)
    odd = chance.random()
    if odd < 0.08:
        attributes["age"] = "not a number"
    elif odd < 0.12:
        attributes["code"] = "x" * 21
    elif odd < 0.18:
        attributes["_deleted"] = True
    elif odd < 0.22:
        attributes["kind"] = "TEST"
    attributes["name"] = f"person {chance.randint(1, 9)}"
    return person(number, **attributes)


def random_visit(chance: random.Random, number: int) -> dict[str, Any]:
    entries = [_note(chance) for _ in range(chance.randint(0, 3))]
    attributes: dict[str, Any] = {"notes": notes(*entries)} if entries else {}
    if chance.random() < 0.1:
        attributes["title"] = "too long to be a title"
    return visit(number, of=chance.randint(1, KEYS), **attributes)


def _note(chance: random.Random) -> dict[str, Any]:
    note: dict[str, Any] = {"body": chance.choice(("x", "y"))}
    odd = chance.random()
    if odd < 0.15:
        note["body"] = {"N": "1"}
    elif odd < 0.4:
        note["author"] = uid(chance.randint(1, KEYS))
    return note
