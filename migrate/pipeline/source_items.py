"""Items of one model after a load, wherever the run was loaded from: the table, or its exports."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from migrate.aws import client
from migrate.errors import FixInputError
from migrate.item.decode import decoded
from migrate.ledger.parts import PlannedPart
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.part_reader import PartReader
from migrate.pipeline.planned_parts import parts_of_chain
from migrate.source.scan import get_item
from migrate.target.connection import Connection

Item = dict[str, Any]
Result = TypeVar("Result")


class SourceItems:
    """A table is asked again, so its items are today's; an export is what it was."""

    def __init__(self, job: Job, run_id: str, mapping: Mapping, connection: Connection) -> None:
        self._job = job
        self._mapping = mapping
        self._table = job.source_table(mapping.model)

        def at_once(action: Callable[[Connection], Result]) -> Result:
            return action(connection)

        self._reader = PartReader(job, run_id, at_once)
        self._client = client("dynamodb", job.source) if job.export is None else None
        self._remembered: dict[str, Item | None] = {}

    @property
    def is_table(self) -> bool:
        """Whether it can be asked for one item, and has today's."""
        return self._client is not None

    def by_key(self, key: dict[str, Any]) -> Item | None:
        """One item of the table by its DynamoDB key."""
        try:
            return get_item(self._client, self._table, key)
        except FixInputError:  # a guessed key has not even the key's type
            return None

    def remember(self, item_keys: Collection[str]) -> None:
        """Find these items of an export, those that were not asked for yet, in one pass over its
        files. A table needs no such help."""
        wanted = set(item_keys) - self._remembered.keys()
        if self.is_table or not wanted:
            return
        self._remembered |= dict.fromkeys(wanted)
        for page in self.pages():
            for item in page:
                key = item_key_text(self._mapping, item)
                if key in wanted:
                    self._remembered[key] = item

    def image(self, item_key: str) -> Item | None:
        """The item as it is now, or as the export has it; None: there is none."""
        if self.is_table:
            return self.by_key(json.loads(item_key))
        self.remember([item_key])
        return self._remembered[item_key]

    def pages(self) -> Iterator[list[Item]]:
        """Every item that is one, page by page."""
        for part in self._parts():
            for page in self._reader.pages(part):
                items = [decoded(raw) for raw in page.items]
                yield [item for item in items if isinstance(item, dict)]

    def _parts(self) -> list[PlannedPart]:
        model = self._mapping.model
        if self._job.export is None:
            place = {"table": self._table, "segment": 0, "segments_total": 1}
            return [PlannedPart(model, "segment", place)]
        parts = parts_of_chain(model, self._job.export[model], 0)
        return [part for part in parts if part.kind != "change-file"]
