"""Great Expectations, and nothing else of it in this tool: checks in, counts out.

It gets no connection string: a password inside it would stand in its context and its errors.
"""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from migrate.validate.session import Connect, Connection
from migrate.validate.suites.check import Check
from migrate.validate.suites.counting import query_of
from migrate.validate.suites.forms import OfType
from migrate.validate.target_table import TargetTable

# Not an address: connections come from `creator`, but its model wants a user and a host.
_PLACEHOLDER = "postgresql+psycopg://migrate@target/target"

# A name after a colon would become a parameter of SQLAlchemy's text().
_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


@dataclass(frozen=True, slots=True)
class Judged:
    """What an expectation said. `count`: rows that fail, None where it does not count rows."""

    success: bool
    raised: bool = False
    count: int | None = None
    observed: str = ""


_RAISED = Judged(success=False, raised=True)


class Evaluator:
    """A context over one target. Make it, use it and close it inside `quiet`."""

    def __init__(self, connect: Connect) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when it is imported
        import great_expectations as gx

        context: Any = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        self._assets = 0
        self._opened: list[Connection] = []
        self._suite = gx.ExpectationSuite
        self._source: Any = context.data_sources.add_postgres(
            "target",
            connection_string=_PLACEHOLDER,
            create_temp_table=False,
            kwargs={"creator": lambda: self._read_only(connect)},
        )

    def close(self) -> None:
        """Close every connection; its own engine keeps some for later."""
        self._source.get_engine().dispose()
        for connection in self._opened:
            connection.close()

    def evaluate(self, table: TargetTable, checks: Sequence[Check]) -> list[Judged]:
        """One answer a check, in order."""
        answers: list[Judged] = [_RAISED] * len(checks)
        # A query has no types of its own, so types are asked of the table; whole tables are too.
        about_ours = [n for n, check in enumerate(checks) if not self._of_table(table, check)]
        about_table = [n for n in range(len(checks)) if n not in set(about_ours)]
        for places, only_ours in ((about_table, False), (about_ours, True)):
            if places:
                self._validate(table, checks, places, answers, only_ours=only_ours)
        return answers

    def _read_only(self, connect: Connect) -> Connection:
        connection = connect()
        self._opened.append(connection)
        connection.execute("SET default_transaction_read_only = on")
        connection.commit()
        return connection

    @staticmethod
    def _of_table(table: TargetTable, check: Check) -> bool:
        return table.owned is None or isinstance(check.form, OfType)

    def _validate(
        self,
        table: TargetTable,
        checks: Sequence[Check],
        places: Sequence[int],
        answers: list[Judged],
        *,
        only_ours: bool,
    ) -> None:
        try:
            batch = self._batch(table, only_ours=only_ours)
        except Exception:  # noqa: BLE001 - the table is missing or refused: our own SQL says why
            return
        suite = self._suite(
            name=table.name, expectations=[_expectation(table, checks[n], n) for n in places]
        )
        # No example values: only counts are wanted, and what is not read cannot leak.
        form = {"result_format": "BASIC", "partial_unexpected_count": 0}
        for result in batch.validate(suite, result_format=form).results:
            answers[result.expectation_config.meta["place"]] = _judged(result)

    def _batch(self, table: TargetTable, *, only_ours: bool) -> Any:
        schema, name = table.name.split(".", 1)
        self._assets += 1
        label = f"{table.name} {self._assets}"
        if only_ours:
            from psycopg import sql

            query = sql.SQL("SELECT * FROM {} AS t WHERE {}").format(
                sql.Identifier(schema, name), table.ours()
            )
            asset = self._source.add_query_asset(label, query=_as_text(query.as_string(None)))
        else:
            asset = self._source.add_table_asset(label, table_name=name, schema_name=schema)
        return asset.add_batch_definition_whole_table("all").get_batch()


def _expectation(table: TargetTable, check: Check, place: int) -> Any:
    import great_expectations.expectations

    expectations: Any = great_expectations.expectations
    found = check.expectation(table)
    meta = {"place": place}
    if found is not None:
        return getattr(expectations, found.name)(**found.arguments, meta=meta)
    query = query_of(table, check)
    assert query is not None, "a form has an expectation, or SQL for rows that fail"
    # The table stands in the query itself: {batch} would leave names unquoted.
    braced = query.replace("{", "{{").replace("}", "}}")
    return expectations.UnexpectedRowsExpectation(unexpected_rows_query=_as_text(braced), meta=meta)


def _as_text(query: str) -> str:
    return _PARAMETER.sub(r"\\:", query)


def _judged(result: Any) -> Judged:
    if _has_raised(result.exception_info):
        return _RAISED
    details = result.result
    count = details.get("unexpected_count")
    observed = details.get("observed_value")
    if count is None and isinstance(observed, int):
        count = observed
    return Judged(
        success=bool(result.success),
        count=count,
        observed=observed if isinstance(observed, str) else "",
    )


def _has_raised(info: Any) -> bool:
    """`exception_info` is one entry, or one for each metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(entry.get("raised_exception") for entry in info.values())


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that Great Expectations prints, warns or logs reaches anybody: it may hold values."""
    logger = logging.getLogger("great_expectations")
    disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
