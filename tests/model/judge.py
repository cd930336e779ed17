"""Unique values: who gets rows, who waits, and who is rejected in the end."""

from __future__ import annotations

from typing import Literal

from tests.model.rules import Rules
from tests.model.state import Copies, Copy, Image, with_one


def place(
    copies: Copies, key: int, image: Image | None, taken: Literal["waiting", "judged"]
) -> Copies:
    """Give a key the rows of an image. `taken`: what it is where other rows have its value."""
    if image is None or image.kind == "soft-deleted":
        return with_one(copies, key, None)
    if image.kind == "unmappable":
        return with_one(copies, key, Copy("refused", image))
    status = taken if _is_taken(copies, key, image) else "rows"
    return with_one(copies, key, Copy(status, image))


def try_again(copies: Copies, rules: Rules) -> Copies:
    """Keys that wait get their rows when no other rows have their value any more."""
    for key, copy in enumerate(copies):
        is_tried = copy and copy.status == "waiting" and rules.waiting_is_tried
        if copy and is_tried and not _is_taken(copies, key, copy.image):
            copies = with_one(copies, key, copy._replace(status="rows"))
    return copies


def judge(copies: Copies, rules: Rules, *, keep_first: bool) -> Copies:
    """What the policy makes of keys that claim one value, as after a fresh load."""
    return tuple(_judged(copies, key, rules, keep_first=keep_first) for key in range(len(copies)))


def _judged(copies: Copies, key: int, rules: Rules, *, keep_first: bool) -> Copy | None:
    copy = copies[key]
    is_final = copy and copy.status == "judged" and not rules.judged_again
    if copy is None or copy.status == "refused" or is_final:
        return copy
    claims = _claims(copies, copy.image.value)
    stands = len(claims) == 1 or (keep_first and min(claims)[1] == key)
    return copy._replace(status="rows" if stands else "judged")


def _claims(copies: Copies, value: int) -> list[tuple[int, int]]:
    """(its `updated`, the key) of each key that has or wants rows with this value."""
    return [
        (copy.image.updated, key)
        for key, copy in enumerate(copies)
        if copy and copy.image.kind == "good" and copy.image.value == value
    ]


def _is_taken(copies: Copies, key: int, image: Image) -> bool:
    return any(
        other and other.status == "rows" and other.image.value == image.value and place != key
        for place, other in enumerate(copies)
    )
