"""The code of a derived id."""

from __future__ import annotations

from hashlib import sha1
from json.encoder import encode_basestring

from migrate.item.number import canonical
from migrate.mapping.column import Column
from migrate.mapping.convert import converter
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.reading import Level, Reading
from migrate.mapping.lane.whole import whole
from migrate.mapping.transforms import DerivedId
from migrate.mapping.transforms.derived_id import (
    NAMESPACE,
    ParentPart,
    Part,
    PositionPart,
    derive,
    part_text,
)

_BYTES = NAMESPACE.bytes
# RFC 9562: the two highest bits of the ninth byte are 10.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def derived_text(code: Code, column: Column, transform: DerivedId, item: Level, own: Level) -> str:
    """An expression of the id's COPY text."""
    texts = [_part(code, part, item, own) for part in transform.parts]
    if column.type.name != "uuid" or column.values is not None:
        attribute = f"{code.constant(derive)}({', '.join(texts)})"
        return f"{code.constant(converter(column))}({attribute})"
    if code.is_careful or any(_is_special(one) for one in transform.parts):
        return f"{code.constant(_careful_identifier)}({', '.join(texts)})"
    # Without a backslash in the item, its texts stand in JSON as they are.
    name = "'\",\"'.join((" + "".join(f"{one}, " for one in texts) + "))"
    return f"{code.constant(identifier)}('[\"' + {name} + '\"]')"


def _is_special(part: Part) -> bool:
    return isinstance(part, str) and (not part.isprintable() or '"' in part or "\\" in part)


def _part(code: Code, part: Part, item: Level, own: Level) -> str:
    if isinstance(part, str):
        return repr(part)
    if isinstance(part, PositionPart):
        return f"str(p + {part.first})"
    level = item if isinstance(part, ParentPart) else own
    reading, _ = level.found(part.path)
    if reading.is_whole:
        return f"{code.constant(part_text)}({whole(code, level, part.path)})"
    return _typed(code, reading)


def _typed(code: Code, reading: Reading) -> str:
    value, is_text, is_number = reading.value, "S" in reading.kinds, "N" in reading.kinds
    if not reading.is_strict:
        code.line(f"if {value} is None or {value} is Z: raise D")
    if reading.has_kinds:
        code.decline_unless(f"{reading.kind} == 'S' or {reading.kind} == 'N'")
    elif not is_text and not is_number:
        code.line("raise D")
    if not is_number:
        return value
    number = f"{code.constant(canonical)}({value})"
    return f"({value} if {reading.kind} == 'S' else {number})" if is_text else number


def _careful_identifier(*texts: str) -> str:
    return identifier(f"[{','.join(map(encode_basestring, texts))}]")


def identifier(name: str) -> str:
    """The text of the UUID version 5 of `name` in the language's namespace."""
    digits = sha1(_BYTES + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
