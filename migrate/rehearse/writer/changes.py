"""The writer's sequence of changes: the same for the same sample, and without a memory of items."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import bury
from migrate.rehearse.sample.layout import MODELS
from migrate.rehearse.sample.stored import Spot
from migrate.rehearse.writer.operation import (
    Operation,
    WriterSample,
    build,
    delete,
    put,
    stamp,
)
from migrate.rehearse.writer.pools import BURIED, DELETED, LEAVES, Pool, hot_keys, pool, updated
from migrate.rehearse.writer.stories import STORIES, Setting, Story
from migrate.rehearse.writer.updates import updated_item

# New items of these need nothing else that is new.
_INSERTED = (
    *("ChatMessage",) * 4, "RefreshToken", "PasswordResetToken", "AssessmentResponse",
    "Appointment", "Notification", "AuditLog", "User",
)  # fmt: skip
# A result and its session have the same number, so they are counted together.
_COUNTED_AS = {"AssessmentResult": "AssessmentSession"}
# How many other changes come between two of a story: mostly few, sometimes more than one batch.
_SOON, _LATE = 40, 1500
_STORIES_MAX = 60


class Changes:
    """`now` is the wall clock, which stands in what is written."""

    def __init__(self, items: int, seed: int, now: Callable[[], datetime]) -> None:
        self._sample = WriterSample.of(items, seed)
        self._now = now
        self._number = 0
        self._counted: Counter[tuple[str, str]] = Counter()
        self._stories: list[tuple[int, int, Story]] = []
        self._hot = hot_keys(self._sample)
        self._habits = self._weighted()

    def take(self) -> Operation:
        """The next change."""
        self._number += 1
        operation = self._due()
        while operation is None:
            operation = self._habit(self._dice(0))
        return self._stamped(operation)

    def unfinished(self) -> Iterator[Operation]:
        """The rest of the stories that have begun, after which nothing is left to explain."""
        while self._stories:
            _, _, story = heapq.heappop(self._stories)
            for operation in story.steps:
                self._number += 1
                yield self._stamped(operation)

    def _weighted(self) -> list[Callable[[Dice], Operation | None]]:
        weights = {
            self._insert: 24, self._update: 30, self._hot_update: 12, self._delete: 12,
            self._bury: 7, self._begin: 15,
        }  # fmt: skip
        return [habit for habit, weight in weights.items() for _ in range(weight)]

    def _dice(self, attempt: int) -> Dice:
        return self._sample.dice(f"writer {attempt}", self._number)

    def _habit(self, dice: Dice) -> Operation:
        """A habit whose items this sample holds; a tiny one has but new items."""
        return dice.pick(self._habits)(dice) or self._insert(dice)

    def _stamped(self, operation: Operation) -> Operation:
        if operation.action != "delete":
            stamp(operation.item, self._now(), self._number + 1)
        return operation

    def _count(self, habit: str, model: str) -> int:
        self._counted[habit, model] += 1
        return self._counted[habit, model] - 1

    def _fresh(self, model: str) -> int:
        model = _COUNTED_AS.get(model, model)
        return self._sample.layout.totals[model] + self._count("fresh", model)

    def _insert(self, dice: Dice) -> Operation:
        model = dice.pick(_INSERTED)
        return put("insert", model, build(self._sample, model, self._fresh(model)))

    def _update(self, dice: Dice) -> Operation | None:
        model = dice.pick(MODELS)
        items = updated(self._sample, model)
        if not items.size:
            return None
        return updated_item("update", self._sample, model, items.pick(dice), dice)

    def _hot_update(self, dice: Dice) -> Operation | None:
        if not self._hot:
            return None
        model, index = dice.pick(self._hot)
        return updated_item("hot", self._sample, model, index, dice)

    def _turn(self, habit: str, place: int, dice: Dice) -> tuple[str, int, bool] | None:
        """A model, an item of it, and whether it is there: items go one after another, and when
        all are gone they come back in the same order."""
        model = dice.pick(LEAVES)
        items: Pool = pool(self._sample, model, place)
        if not items.size:
            return None
        number = self._count(habit, model)
        return model, items.at(number), number // items.size % 2 == 0

    def _delete(self, dice: Dice) -> Operation | None:
        turn = self._turn("delete", DELETED, dice)
        if turn is None:
            return None
        model, index, is_there = turn
        item = build(self._sample, model, index)
        return delete("delete", model, item) if is_there else put("restore", model, item)

    def _bury(self, dice: Dice) -> Operation | None:
        turn = self._turn("bury", BURIED, dice)
        if turn is None:
            return None
        model, index, is_there = turn
        item = build(self._sample, model, index)
        if is_there:
            bury(self._sample, item, Spot(0, index))
        return put("bury" if is_there else "restore", model, item)

    def _begin(self, dice: Dice) -> Operation | None:
        """The first change of a story, unless one is at work on the same items."""
        if len(self._stories) >= _STORIES_MAX:
            return None
        story = dice.pick(STORIES)(Setting(self._sample, dice, self._fresh))
        busy = {item for _, _, one in self._stories for item in one.items}
        if story is None or story.items & busy:
            return None
        return self._step(story, dice)

    def _due(self) -> Operation | None:
        """The next change of a story whose time has come."""
        while self._stories and self._stories[0][0] <= self._number:
            _, _, story = heapq.heappop(self._stories)
            operation = self._step(story, self._dice(1))
            if operation is not None:
                return operation
        return None

    def _step(self, story: Story, dice: Dice) -> Operation | None:
        operation = next(story.steps, None)
        if operation is not None:
            gap = 1 + dice.below(_LATE if dice.percent(10) else _SOON)
            heapq.heappush(self._stories, (self._number + gap, self._count("", ""), story))
        return operation
