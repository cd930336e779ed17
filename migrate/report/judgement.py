"""The verdict in words: whether the rehearsal passed, and in one sentence what is different."""

from __future__ import annotations

from migrate.report.document import Judgement
from migrate.report.record import Criterion, Reconciled, Record
from migrate.report.text import Texts

_NAMED_AT_MOST = 3


def judge(record: Record, texts: Texts) -> Judgement:
    """Judge the record. What was not measured, or contradicts `passed`, never reads as passed."""
    if record.verdict == "unfinished":
        return Judgement(
            "unfinished", texts("verdict.unfinished"), texts("sentence.unfinished"),
            _details(record, texts),
        )  # fmt: skip
    if record.verdict == "different" or any(map(differing, record.reconciliation)):
        sentence = _different(record, texts)
    elif is_passed(record):
        return Judgement("passed", texts("verdict.passed"), _passed(record, texts))
    else:
        sentence = _unmet(record, texts)
    return Judgement("failed", texts("verdict.failed"), sentence, _details(record, texts))


def holds(criterion: Criterion) -> bool:
    """Whether a criterion is met; an unmeasured one is not."""
    return criterion.passed and criterion.actual is not None


def unmet(record: Record) -> list[Criterion]:
    """The criteria that are not met, unmeasured ones among them."""
    return [criterion for criterion in record.criteria if not holds(criterion)]


def differing(table: Reconciled) -> int:
    """Rows of one table that are missing, extra or different."""
    return table.missing + table.extra + table.different


def is_passed(record: Record) -> bool:
    """Whether everything the record carries agrees with `passed`."""
    return (
        record.passed
        and record.verdict == "equal"
        and bool(record.reconciliation)
        and not unmet(record)
        and not unbalanced(record)
        and all(rule.passed for rule in record.rejects)
        and all(suite.passed and not suite.raised for suite in record.suites)
        and (record.follow is None or record.follow.drained)
    )


def rejected(record: Record) -> int:
    """Rejects in all: whole items, and elements of child lists."""
    items = sum(line.rejected for line in record.accounting)
    return items + sum(line.rejected for line in record.children)


def unbalanced(record: Record) -> list[str]:
    """Models, child lists and streams whose account does not balance, by name."""
    models = [line.model for line in record.accounting if not line.balanced]
    lists = [f"{line.model}.{line.list}" for line in record.children if not line.balanced]
    followed = record.follow.models if record.follow else ()
    streams = [f"{line.model} (stream)" for line in followed if not line.balanced]
    return models + lists + streams


def _passed(record: Record, texts: Texts) -> str:
    tables = record.reconciliation
    compared = texts(
        "sentence.equal", tables=len(tables), rows=sum(table.compared for table in tables)
    )
    rejects = rejected(record)
    ending = texts("sentence.rejects", rejects=rejects) if rejects else texts("sentence.no_rejects")
    return compared + ending


def _unmet(record: Record, texts: Texts) -> str:
    names = [texts.name("criteria", criterion.id) for criterion in unmet(record)[:_NAMED_AT_MOST]]
    which = texts("sentence.unmet_criteria", names=texts.list(names)) if names else ""
    return texts("sentence.unmet") + which


def _different(record: Record, texts: Texts) -> str:
    tables = sorted(filter(differing, record.reconciliation), key=differing, reverse=True)
    if not tables:
        return texts("sentence.different_elsewhere")
    named = [
        texts("sentence.table", table=table.table, rows=differing(table))
        for table in tables[:_NAMED_AT_MOST]
    ]
    rest = len(tables) - len(named)
    return texts(
        "sentence.different",
        rows=sum(differing(table) for table in tables),
        tables=len(tables),
        missing=sum(table.missing for table in tables),
        extra=sum(table.extra for table in tables),
        different=sum(table.different for table in tables),
        names=texts.list(named) + (texts("sentence.more_tables", tables=rest) if rest else ""),
    )


def _details(record: Record, texts: Texts) -> list[str]:
    found = []
    missed = unmet(record)
    unmeasured = sum(criterion.actual is None for criterion in missed)
    if missed:
        counts = {"unmet": len(missed), "total": len(record.criteria)}
        found.append(
            texts("detail.unmeasured", unmeasured=unmeasured, **counts)
            if unmeasured
            else texts("detail.unmet", **counts)
        )
    if unbalanced(record):
        found.append(texts("detail.unbalanced", lines=len(unbalanced(record))))
    over = [rule for rule in record.rejects if not rule.passed]
    if over:
        found.append(texts("detail.rejects", rules=len(over)))
    return found
