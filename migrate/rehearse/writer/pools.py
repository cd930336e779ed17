"""Which items of the sample a habit of the writer may touch: no two habits share one.

So the writer need not remember what it did to an item: its number says what may happen to it.
"""

from __future__ import annotations

from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.layout import MODELS
from migrate.rehearse.sample.stored import Sample

# Nothing refers to these, so that a hard delete leaves no orphan behind.
LEAVES = (
    "RolePermissions", "ChatMessage", "RefreshToken", "PasswordResetToken", "AssessmentResponse",
    "AssessmentResult", "Appointment", "Notification", "AuditLog",
)  # fmt: skip

# Of ten sound items of a model, by their number: what happens to them.
_CYCLE = 10
DELETED, BURIED, UNIQUE, BAD, HOT = 0, 2, 3, 4, 5
_UPDATED = (6, 7, 8, 9)
_UPDATED_PARENTS = (0, 1, 2, 6, 7, 8, 9)
_HOT_MOST = 2


class Pool:
    """Sound items of a model whose number has one of these last digits."""

    def __init__(self, sample: Sample, model: str, *places: int) -> None:
        sound = sample.sound(model)
        self._parts = [part for place in places if (part := range(place, sound, _CYCLE))]
        self.size = sum(map(len, self._parts))

    def at(self, number: int) -> int:
        """The index of an item; numbers begin again behind the last one."""
        number %= self.size
        for part in self._parts:
            if number < len(part):
                return part[number]
            number -= len(part)
        raise IndexError(number)

    def pick(self, dice: Dice) -> int:
        return self.at(dice.below(self.size))


def pool(sample: Sample, model: str, place: int) -> Pool:
    """What one habit may touch. Deletes come twice: there must be something to delete."""
    return Pool(sample, model, *((0, 1) if place == DELETED else (place,)))


def updated(sample: Sample, model: str) -> Pool:
    """What plain updates touch: everything that no other habit does."""
    return Pool(sample, model, *(_UPDATED if model in LEAVES else _UPDATED_PARENTS))


def hot_keys(sample: Sample) -> list[tuple[str, int]]:
    """A few items that are changed again and again."""
    found = []
    for model in MODELS:
        hot = pool(sample, model, HOT)
        found += [(model, hot.at(number)) for number in range(min(hot.size, _HOT_MOST))]
    return found
