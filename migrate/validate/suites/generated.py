"""The checks that mappings promise by themselves: one suite for each table they fill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.mapping.spec import Column, Mapping, Table
from migrate.mapping.transforms import FixedValue
from migrate.validate.suites.check import Check, Suite
from migrate.validate.suites.forms import Form, InSet, MaxLength, NotNull, OfType, Unique
from migrate.validate.suites.type_names import TEXTS
from migrate.validate.target_table import TargetTable, target_tables

PREFIX = "generated:"


def generated_suites(mappings: Sequence[Mapping]) -> list[Suite]:
    """A suite a table: types, values that must be there, lengths, value sets, uniqueness.

    Where several mappings fill a table, only what all of them promise is checked.
    """
    filled_by: dict[str, list[Table]] = {}
    for mapping in mappings:
        for table in mapping.tables:
            filled_by.setdefault(table.target, []).append(table)
    return [
        Suite(f"{PREFIX}{name}", tuple(_checks(table, filled_by[name])))
        for name, table in sorted(target_tables(mappings).items())
    ]


def _checks(table: TargetTable, parts: Sequence[Table]) -> Iterator[Check]:
    yield _check(
        table, "key-unique", Unique(names=table.key_columns),
        "主キーが一意である", "the key is unique",
    )  # fmt: skip
    for name in table.columns:
        columns = [part.columns.get(name) for part in parts]
        yield from _of_column(table, name, columns)


def _of_column(table: TargetTable, name: str, columns: Sequence[Column | None]) -> Iterator[Check]:
    column_type = table.types[name]
    yield _check(
        table, f"{name}-type", OfType(column=name),
        f"{name} の型が {column_type} である", f"{name} is of type {column_type}",
    )  # fmt: skip
    if all(column is not None and column.is_required for column in columns):
        yield _check(
            table, f"{name}-present", NotNull(column=name),
            f"{name} に値がある", f"{name} holds a value",
        )  # fmt: skip
    if column_type.name == "varchar" and column_type.length and not column_type.is_array:
        length = column_type.length
        yield _check(
            table, f"{name}-length", MaxLength(column=name, characters=length),
            f"{name} が {length} 文字以内である", f"{name} has at most {length} characters",
        )  # fmt: skip
    allowed = _allowed(columns)
    if allowed and column_type.name in TEXTS and not column_type.is_array:
        yield _check(
            table, f"{name}-values", InSet(column=name, values=allowed),
            f"{name} が定義済みの値である（{len(allowed)}種）",
            f"{name} is one of {len(allowed)} values of the mapping",
        )  # fmt: skip
    if name in table.unique:
        yield _check(
            table, f"{name}-unique", Unique(names=[name]),
            f"{name} が一意である", f"{name} is unique",
        )  # fmt: skip


def _check(table: TargetTable, name: str, form: Form, ja: str, en: str) -> Check:
    return Check(name, table.name, form, {"ja": ja, "en": en})


def _allowed(columns: Sequence[Column | None]) -> list[str | int | float]:
    """The texts that the mappings may write; empty where one may write others too."""
    allowed: set[str] = set()
    for column in columns:
        if column is None:
            return []  # a default of the column's own may stand there
        if column.values is not None and column.unlisted != "keep":
            values = list(column.values.values())
        elif column.values is None and isinstance(column.transform, FixedValue):
            values = [column.transform.value]
        else:
            return []
        if not all(isinstance(value, str) for value in values):
            return []
        allowed.update(values)
    return sorted(allowed)
