"""The PostgreSQL column types a mapping may name, parsed once for DDL, loader and verifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from migrate.yaml_source import nearest

# What may stand in brackets behind a type's name: how many numbers at most.
_ARGUMENTS: dict[str, int] = {
    "uuid": 0, "text": 0, "varchar": 1, "boolean": 0, "smallint": 0, "integer": 0, "bigint": 0,
    "numeric": 2, "double precision": 0, "date": 0, "time": 1, "timestamp": 1, "timestamptz": 1,
    "jsonb": 0, "bytea": 0,
}  # fmt: skip

_FORM = re.compile(r"([a-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*(\[\])?\Z")

INTEGER_RANGE: dict[str, tuple[int, int]] = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column type. `length` is varchar's, in characters; `precision` and `scale` are numeric's,
    in decimal digits; `fraction_digits` is that of time, timestamp and timestamptz (0 to 6)."""

    name: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    fraction_digits: int = 6
    is_array: bool = False

    @property
    def sql(self) -> str:
        """The type as PostgreSQL writes it in DDL."""
        return self.element_sql + ("[]" if self.is_array else "")

    @property
    def element_sql(self) -> str:
        if self.name == "varchar" and self.length is not None:
            return f"varchar({self.length})"
        if self.name == "numeric" and self.precision is not None:
            return f"numeric({self.precision},{self.scale})"
        if self.name in {"time", "timestamp", "timestamptz"} and self.fraction_digits != 6:
            return f"{self.name}({self.fraction_digits})"
        return self.name

    def __str__(self) -> str:
        return self.sql

    @classmethod
    def parse(cls, text: str) -> ColumnType:
        """Parse such as `varchar(255)`, `numeric(12,2)`, `uuid[]`. Raises ValueError."""
        form = _FORM.match(text.strip().lower())
        name = form.group(1) if form else text
        if form is None or name not in _ARGUMENTS:
            raise ValueError(f"unknown column type {text!r} // {nearest(name, _ARGUMENTS)}")
        numbers = [int(number) for number in form.groups()[1:3] if number is not None]
        if len(numbers) > _ARGUMENTS[name]:
            raise ValueError(f"type {name} takes {_ARGUMENTS[name] or 'no'} number in brackets")
        return cls._build(name, numbers, is_array=form.group(4) is not None)

    @classmethod
    def _build(cls, name: str, numbers: list[int], *, is_array: bool) -> ColumnType:
        if is_array and name in {"jsonb", "bytea"}:
            raise ValueError(f"arrays of {name} are not supported // jsonb holds a list by itself")
        if name == "varchar":
            if numbers and not 1 <= numbers[0] <= 10_485_760:
                raise ValueError("a varchar's length is 1 to 10485760")
            return cls(name, length=numbers[0] if numbers else None, is_array=is_array)
        if name == "numeric" and numbers:
            precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
            if not 1 <= precision <= 1000 or scale > precision:
                raise ValueError("numeric(p,s) needs 1 <= p <= 1000 and s <= p")
            return cls(name, precision=precision, scale=scale, is_array=is_array)
        if numbers:
            if numbers[0] > 6:
                raise ValueError(f"{name} keeps at most 6 digits of a second")
            return cls(name, fraction_digits=numbers[0], is_array=is_array)
        return cls(name, is_array=is_array)

    @classmethod
    def __get_pydantic_json_schema__(cls, _: Any, __: Any) -> dict[str, Any]:
        names = "|".join(_ARGUMENTS)
        return {"type": "string", "pattern": rf"^({names})( ?\([0-9]+(, ?[0-9]+)?\))?(\[\])?$"}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.chain_schema(
            [core_schema.str_schema(), core_schema.no_info_plain_validator_function(cls.parse)],
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )
