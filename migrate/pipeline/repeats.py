"""Whether a scan gave an item twice: then its segments overlap, and its counts say nothing."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.errors import AskOperatorError
from migrate.ledger import parts, rejects
from migrate.ledger.rejects import Reject
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.model import Model
from migrate.pipeline.rivals import find_rivals
from migrate.pipeline.victims import Finder
from migrate.target.connection import Connection

# Where segments overlap, every item of one clashes with itself; where they do not, a clash is
# rare. So a few of them say which it is.
_CLASHES_LOOKED_AT = 50


def refuse_repeats(connection: Connection, run_id: str, job: Job) -> None:
    """Raises AskOperatorError for a table of which a load met one DynamoDB key twice.

    DynamoDB's segments share no item; something that merely stands in for it may not know
    segments. Only tables that were cut into several are looked at.
    """
    cut = parts.models_in_segments(connection, run_id)
    for mapping in job.mappings:
        if mapping.model not in cut:
            continue
        twice = rejects.is_any_twice(connection, run_id, mapping.model)
        if twice or _clashes_with_itself(connection, run_id, job, mapping):
            raise AskOperatorError(
                f"table {job.source_table(mapping.model)} gave the same item twice: its scan"
                " segments overlap",
                "what answers here is not DynamoDB's own Scan: load with `segments: 1` in the"
                " profile and --again, or from an export",
            )


def _clashes_with_itself(connection: Connection, run_id: str, job: Job, mapping: Mapping) -> bool:
    """Whether a row that refused a reject is the reject's own: no other item makes it."""
    model = Model(mapping)
    clashes = rejects.open_rejects(
        connection,
        run_id,
        model=mapping.model,
        rules=["key-clash"],
        limit=_CLASHES_LOOKED_AT,
    )
    images = _images(clashes)
    if not images:
        return False
    finder = Finder(job, run_id, model, connection)
    held = find_rivals(connection, model, finder.shown, images).holders
    connection.commit()
    return any(finder.items(table, rows, without=list(images))[1] for table, _, rows in held)


def _images(clashes: Sequence[Reject]) -> dict[str, tuple[str, dict[str, object]]]:
    """By item key, as `find_rivals` wants them."""
    return {
        one.item_key: (one.rule, one.body)
        for one in clashes
        if one.list is None and isinstance(one.body, dict)
    }
