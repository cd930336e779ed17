"""Writes rows in bulk over whatever stands; a key that clashes waits, one that is refused is a
reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.ledger import dangling
from migrate.ledger.applied import Waiting
from migrate.ledger.commit import write_item
from migrate.ledger.rejects import Reject
from migrate.mapping.locate import Locator
from migrate.mapping.policy import OwnsWhere
from migrate.mapping.spec import Mapping
from migrate.pipeline.follow_images import Image, ImageMapper, Rows
from migrate.pipeline.judge import CLASHES
from migrate.pipeline.references import is_nulled
from migrate.target import names
from migrate.target import rows as target_rows
from migrate.target.connection import Connection
from migrate.target.copy import copy_or_none
from migrate.target.unique import ClashFinder, UniqueIndex, Uniques

# After a clash, so many batches of the model are looked through before they are written: trying
# first costs a COPY that is thrown away wherever clashes are common.
_WARY_BATCHES = 20


@dataclass(slots=True)
class Written:
    """What became of images: how many stand (or make no rows by rule), which wait, which are
    refused; `bad` are rejects of elements of those that stand."""

    stand: list[Image] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    refused: list[tuple[Image, Reject]] = field(default_factory=list)
    bad: list[Reject] = field(default_factory=list)


class RowWriter:
    """Removes and writes the rows of one model. `uniques` are what the target has now."""

    def __init__(self, mapping: Mapping, uniques: dict[str, Uniques]) -> None:
        self.mapping = mapping
        self._mapper = ImageMapper(mapping)
        self._locator = Locator(mapping)
        self._nulled = {
            table.target
            for table, _, column in mapping.all_columns()
            if column.references and is_nulled(mapping, column)
        }
        self._wary = 0
        self.learn(uniques)

    def learn(self, uniques: dict[str, Uniques]) -> None:
        """The target's unique indexes may have changed."""
        only_own = not isinstance(self.mapping.owns, OwnsWhere)
        self._finders = [
            ClashFinder(table, columns, uniques[table], only_own=only_own)
            for table, columns in self._mapper.targets
        ]

    def remove(
        self, connection: Connection, run_id: str, item_keys: Sequence[dict[str, object]]
    ) -> None:
        """Every row of these items, child rows first, and the references that were taken off
        them: their newest images tell what they refer to now."""
        for table, owners, texts in reversed(self._locator.all_rows_of(item_keys)):
            target_rows.remove_own(connection, self.mapping, table, owners, texts)
            if table in self._nulled:
                columns = [name for name, _ in owners]
                dangling.drop_rows(connection, run_id, table, columns, texts)

    def write(self, connection: Connection, images: Sequence[Image]) -> Written:
        """Write the rows of images whose items have none. Raises psycopg's errors but those that
        speak of a row."""
        if not self._wary:
            lines, made = self._mapper.together(images)
            if self._copied(connection, lines):
                bad = [reject for one in made.rows for reject in one.bad]
                return Written(_but(images, made.refused), [], made.refused, bad)
        self._wary = max(0, self._wary - 1)
        made = self._mapper.made(images)
        written = Written(made.without_rows, [], made.refused)
        self._carefully(connection, made.rows, written)
        return written

    def _carefully(self, connection: Connection, rows: Sequence[Rows], written: Written) -> None:
        """Those that clash are found first; the others are written."""
        clashes = self._clashes(connection, rows)
        if clashes:
            self._wary = _WARY_BATCHES
        left = [one for number, one in enumerate(rows) if number not in clashes]
        written.waiting += [
            _waits(rows[number].image, index.name, is_key=index.is_primary)
            for number, index in clashes.items()
        ]
        self._halves(connection, left, written)

    def _clashes(self, connection: Connection, rows: Sequence[Rows]) -> dict[int, UniqueIndex]:
        found: dict[int, UniqueIndex] = {}
        for place, finder in enumerate(self._finders):
            lines = [(n, line) for n, one in enumerate(rows) for line in one.lines[place]]
            found = {**finder.find(connection, lines), **found}
        return found

    def _halves(self, connection: Connection, rows: Sequence[Rows], written: Written) -> None:
        """Write all of them, or halves, down to the ones that PostgreSQL refuses."""
        if self._copied(connection, _lines(rows, len(self._mapper.targets))):
            _stand(written, rows)
        elif len(rows) == 1:
            self._one(connection, rows[0], written)
        else:
            middle = len(rows) // 2
            self._halves(connection, rows[:middle], written)
            self._halves(connection, rows[middle:], written)

    def _one(self, connection: Connection, rows: Rows, written: Written) -> None:
        reject = write_item(connection, self._mapper.empty_unit(), self._mapper.item_of(rows))
        if reject is None:  # what stood in its way has gone since
            _stand(written, [rows])
        elif reject.rule in CLASHES:
            self._wary = _WARY_BATCHES
            schema = reject.table.split(".")[0]
            name = names.table(f"{schema}.{reject.cause}").as_string(connection)
            written.waiting.append(_waits(rows.image, name, is_key=reject.rule == "key-clash"))
        else:
            written.refused.append((rows.image, reject))

    def _copied(self, connection: Connection, lines: Sequence[Sequence[str]]) -> bool:
        return not any(lines) or copy_or_none(connection, self._mapper.targets, lines)


def _but(images: Sequence[Image], refused: Sequence[tuple[Image, Reject]]) -> list[Image]:
    gone = {image.item_key for image, _ in refused}
    return [one for one in images if one.item_key not in gone] if gone else list(images)


def _lines(rows: Sequence[Rows], tables: int) -> list[list[str]]:
    return [[line for one in rows for line in one.lines[place]] for place in range(tables)]


def _stand(written: Written, rows: Sequence[Rows]) -> None:
    written.stand += [one.image for one in rows]
    written.bad += [reject for one in rows for reject in one.bad]


def _waits(image: Image, place: str, *, is_key: bool) -> Waiting:
    rule = "key-clash" if is_key else "duplicate"
    return Waiting(image.item_key, image.shard, rule, place, image.raw)
