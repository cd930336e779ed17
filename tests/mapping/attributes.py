"""Strategies for DynamoDB attributes: what fits a column type, what nearly does, and the rest."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from decimal import Context, Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

Attribute = dict[str, Any]

UUIDS = [
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
    "00000000-0000-0000-0000-000000000000", "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12",
]  # fmt: skip
_BAD_UUIDS = [
    "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\n", "",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1１",
]  # fmt: skip
TEXTS = [
    "", " ", "a", "ab", "abc", "TEXT", "FILE", "true", "false", "null", "\\N", "\\.", "a\tb",
    "a\nb", "a\rb", "\r\n", "\\", "\\\\n", '"', "'", "{a,b}", '{"', "NULL", "a\u2028b", "a\u0085b",
    "\x1c", "\b\f\v\x7f", "か\u3099", "が", "葛󠄀城", "𠮷野家", "👨‍👩‍👧", "\ufeff", "\uffff", "İ",
    "x" * 19, "x" * 20, "x" * 21, "𠮷" * 20, "${ctx.args.input.queryType}#${ctx.args.input.at}",
]  # fmt: skip
_BAD_TEXTS = ["\0", "a\0b", "\ud83d", "\ude00", "a\ud800b"]

_NUMBERS = [
    "0", "-0", "0.0", "-0.00", "+1", "1", "-1", "1.0", "1.", ".5", "-.5", "007", "00.10", "1E2",
    "1e+2", "1E-2", "100e-2", "1.5", "-1.5", "0.005", "1.005", "-1.005", "9.995", "99.995",
    "999.99", "999.995", "1000", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648",
    "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "900719925474099101", "1E125", "1e126", "-1E125", "1E-130", "9.9999999999999999999999999E125",
    "12345678901234567890123456789.123456789", "99999999999999999999999999999999999999",
    "123456789012345678901234567890123456789", "0.1", "0.30000000000000004", "1e22", "1e23",
    "0.1000000000000000055511151231257827", "5e-324", "2.2250738585072014E-308", "1e-400",
    "1.7976931348623157e308", "1.7976931348623159e308", "1" + "0" * 125, "1711929600",
    "1711929600.25", "1711929600001", "-62135596800", "-62135596801", "253402300799",
    "253402300800", "253402300799.9999999", "-0.5", "0.0000005", "-62135596800.0000001",
    "253402300799999", "253402300800000", "99999999999999999999", "100000000000000000000",
    "123456789012345678901.5", "-99999999999999999999.5",
]  # fmt: skip
_WIDE_NUMBERS = [
    "1E400", "-1E-400", "1E131071", "1E131072", "1E-16383", "1E-16384", "9E999999999",
    "1E-999999999", "0E999999999", "1E99999999999999999999", "0E99999999999999999999",
    "1*500", "0.1*500", "1*5000", "1.0*20000",
]  # fmt: skip
_BAD_NUMBERS = [
    "", " 1", "1 ", "1\n", "NaN", "Infinity", "-inf", "1_000", "１２", "0x10", "1e", "e5", ".",
    "-", "+", "1,5", "--1", "1.5.2", "abc",
]  # fmt: skip

_REPEATED = re.compile(r"(.)\*([0-9]+)")

_DAYS = [
    "2024-02-29", "2023-02-29", "2023-02-28", "1970-01-01", "0001-01-01", "0000-12-31",
    "0000-02-29", "9999-12-31", "2024-13-01", "2024-00-10", "2024-04-31", "24-04-01",
    "2024-4-1", "２０２４-04-01", "-0001-01-01", "10000-01-01", "1900-02-29", "2000-02-29",
]  # fmt: skip
_CLOCKS = [
    "00:00", "23:59", "24:00", "12:30:15", "23:59:59", "23:59:60", "09:30:15.1", "09:30:15.123",
    "09:30:15.123456", "09:30:15.1234567", "09:30:15.1230000000", "23:59:59.9999999",
    "23:59:59.9995", "23:59:59.5", "00:00:00.0000005", "9:30", "09:60", "09:30:15.", "12:30:15,5",
]  # fmt: skip
_OFFSETS = [
    "", "Z", "+00:00", "-00:00", "+09:00", "-07:00", "+05:30", "-07:00:39", "+23:59:59",
    "-23:59:59", "+24:00", "+09:60", "z", "+0900", "+09", " +09:00", "+00:00:01", "-00:00:01",
    "\n", "JST",
]  # fmt: skip


def _long(text: str) -> str:
    """`1*500` -> 500 ones: written short, because hypothesis prints its strategies."""
    return _REPEATED.sub(lambda match: match.group(1) * int(match.group(2)), text)


def _weighted(good: st.SearchStrategy[str], *rare: st.SearchStrategy[str]) -> Any:
    """Mostly the first; each of the others about once in ten."""
    return st.one_of(*[good] * 4, *rare)


texts = _weighted(
    st.sampled_from(TEXTS), st.sampled_from(_BAD_TEXTS), st.text(max_size=24),
    st.text(alphabet='\\\n\t\r"{},N', max_size=8),
)  # fmt: skip
_built_numbers = st.builds(
    lambda sign, whole, fraction, exponent: f"{sign}{whole}{fraction}{exponent}",
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**40).map(str) | st.sampled_from(["0", "00", "1", "999"]),
    st.just("") | st.integers(0, 10**12).map(lambda digits: f".{digits:07}") | st.just(".50"),
    st.just("") | st.integers(-40, 40).map(lambda power: f"e{power}"),
)
numbers = _weighted(
    st.sampled_from(_NUMBERS), _built_numbers, st.integers(-(10**6), 10**6).map(str)
)
number_texts = st.one_of(
    numbers,
    numbers,
    numbers,
    st.sampled_from(_WIDE_NUMBERS).map(_long),
    st.sampled_from(_BAD_NUMBERS),
)
dates = st.builds(str.__add__, st.sampled_from(_DAYS), st.sampled_from(_OFFSETS))
times = st.builds(str.__add__, st.sampled_from(_CLOCKS), st.sampled_from(_OFFSETS))
instants = st.builds(
    lambda day, separator, clock, offset: f"{day}{separator}{clock}{offset}",
    st.sampled_from(_DAYS), st.sampled_from(["T"] * 12 + ["t", " ", ""]),
    st.sampled_from(_CLOCKS), st.sampled_from(_OFFSETS),
)  # fmt: skip
uuids = _weighted(st.sampled_from(UUIDS), st.sampled_from(_BAD_UUIDS))
binaries = st.binary(max_size=6).map(lambda value: base64.b64encode(value).decode())

_json_values = st.recursive(
    st.none() | st.booleans() | st.sampled_from(TEXTS) | st.integers() | st.just("a\0b")
    | st.sampled_from([0.1, -0.0, 1e300, 1.5e-7]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*TEXTS, "k", "\0"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
json_texts = st.one_of(
    st.builds(
        lambda value, escapes: json.dumps(value, ensure_ascii=escapes),
        _json_values, st.booleans(),
    ),
    _json_values.map(lambda value: json.dumps(json.dumps(value))),  # quoted twice
    st.sampled_from([
        "", "null", " 1 ", "{", "[NaN]", "{a: 1}", "[1,]", '"\\ud800"', '"\\u0000"', "[1E400]",
        "[1e999999999]", '{"a":1,"a":2}', "[1.10,-0,1E2,12345678901234567890.123456789]",
        "[*100]*100", "[*101]*101", "[*5000]*5000", '{"a":*101]*101', "1*5000",
        "\ufeff1", '{"\\u0000":1,"b":"\\ud800"}', "undefined", "'a'", "01", "+1", ".5",
    ]).map(_long),
)  # fmt: skip


def _unique(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=4, unique=True)


scalars: st.SearchStrategy[Attribute] = st.one_of(
    texts.map(lambda value: {"S": value}),
    number_texts.map(lambda value: {"N": value}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
    binaries.map(lambda value: {"B": value}),
    _unique(texts).map(lambda value: {"SS": value}),
    _unique(number_texts).map(lambda value: {"NS": value}),
    _unique(binaries).map(lambda value: {"BS": value}),
)
anything: st.SearchStrategy[Attribute] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3).map(lambda value: {"L": value})
    | st.dictionaries(st.sampled_from(["x", "y", "k.z", "n", "\0", "\ud83d"]), inner, max_size=3)
    .map(lambda value: {"M": value}),
    max_leaves=6,
)  # fmt: skip

_TEXTS_OF: dict[str, st.SearchStrategy[str]] = {
    "text": texts, "varchar": texts, "uuid": uuids, "date": dates, "time": times,
    "timestamp": instants, "timestamptz": instants, "jsonb": json_texts,
    "boolean": st.sampled_from(["true", "false", "True", "1"]),
}  # fmt: skip
_NUMERIC = {"smallint", "integer", "bigint", "numeric", "double precision"}


_BOUNDS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_EDGES: dict[str, list[str]] = {
    name: [str(bound - 1), str(bound), str(-bound), str(-bound - 1), "0.5", f"{bound}.0"]
    for name, bound in _BOUNDS.items()
}
_EDGES["numeric"] = [
    "0.005", "-0.005", "1.015", "-1.015", "0.0049", "999.995", "-999.995", "-1000", "0.99", "0.995",
    "-0.995", "1", "-1", "0.000000005", "-0.000000015",
]  # fmt: skip
_EDGES["double precision"] = [
    "0.1", "0.10000000000000001", "0.30000000000000004", "9007199254740993", "1e23", "-0", "5e-324",
    "3e-324", "1.7976931348623157e308", "1.7976931348623158e308",
]  # fmt: skip


def _set_of(kind: str) -> Callable[[list[str]], Attribute]:
    return lambda members: {kind: members}


@cache
def near(name: str) -> st.SearchStrategy[Attribute]:
    """Attributes that nearly fit a scalar of the type, or are a form it may not take."""
    found = _TEXTS_OF.get(name, number_texts).map(lambda value: {"S": value})
    if name in _NUMERIC:
        edges = _as("N", st.sampled_from(_EDGES.get(name, _EDGES["numeric"])))
        return st.one_of(number_attributes, number_attributes, edges, edges, found)
    if name in {"date", "timestamp", "timestamptz"}:
        as_text = number_texts.map(lambda value: {"S": value})
        return st.one_of(found, found, number_attributes, as_text)
    if name == "bytea":
        return st.one_of(binaries.map(lambda value: {"B": value}), scalars)
    if name == "jsonb":
        sets = st.one_of(_unique(numbers).map(_set_of("NS")), _unique(texts).map(_set_of("SS")))
        return st.one_of(found, anything, sets)
    return found


@cache
def near_array(name: str) -> st.SearchStrategy[Attribute]:
    """Lists and sets that nearly fit an array of the type."""
    texts_of = _TEXTS_OF.get(name, number_texts)
    elements = st.one_of(texts_of.map(lambda value: {"S": value}), number_attributes, scalars)
    return st.one_of(
        st.lists(elements, max_size=3).map(lambda value: {"L": value}),
        _unique(texts_of).map(lambda value: {"SS": value}),
        _unique(number_texts).map(lambda value: {"NS": value}),
    )


number_attributes: st.SearchStrategy[Attribute] = number_texts.map(lambda value: {"N": value})


def fitting(type_text: str, column: dict[str, Any]) -> st.SearchStrategy[Attribute]:
    """Attributes that a scalar of the type takes, in many spellings."""
    takes_finer = column.get("finer", "reject") != "reject"
    takes_any_zone = bool(column.get("zone")) or column.get("offset") == "drop"
    return _fitting(type_text, takes_finer=takes_finer, takes_any_zone=takes_any_zone)


@cache
def _fitting(
    type_text: str, *, takes_finer: bool, takes_any_zone: bool
) -> st.SearchStrategy[Attribute]:
    name, _, rest = type_text.partition("(")
    numbers_of_type = [int(one) for one in rest.rstrip(")").split(",") if one]
    if name in {"text", "varchar"}:
        longest = numbers_of_type[0] if numbers_of_type else 99
        return _as("S", st.sampled_from([one for one in TEXTS if len(one) <= longest]))
    if name in _NUMERIC:
        return _as("N", _fitting_number(name, numbers_of_type))
    if name in {"date", "time", "timestamp", "timestamptz"}:
        moments = _fitting_moment(name, takes_finer=takes_finer, takes_any_zone=takes_any_zone)
        return _as("S", moments)
    simple: dict[str, st.SearchStrategy[Attribute]] = {
        "uuid": _as("S", st.sampled_from(UUIDS)),
        "boolean": st.booleans().map(lambda value: {"BOOL": value}),
        "bytea": _as("B", binaries),
        "jsonb": st.one_of(anything, _as("S", json_texts)),
    }
    return simple[name]


def _as(kind: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Attribute]:
    return values.map(lambda value: {kind: value})


def _fitting_number(name: str, numbers_of_type: list[int]) -> st.SearchStrategy[str]:
    if name == "double precision":
        found = st.floats(allow_nan=False, allow_infinity=False).map(repr)
        return st.builds(_spelled, found.map(Decimal), st.integers(0, 5))
    if name in _BOUNDS:
        whole = st.integers(-_BOUNDS[name], _BOUNDS[name] - 1)
        return st.builds(_spelled, whole.map(Decimal), st.integers(0, 5))
    precision, scale = (*numbers_of_type, 0)[:2] if numbers_of_type else (38, 10)
    digits = st.integers(-(10**precision - 1), 10**precision - 1)
    return st.builds(
        lambda value, way: _spelled(Decimal(value).scaleb(-scale, _WIDE), way),
        digits, st.integers(0, 5),
    )  # fmt: skip


_WIDE = Context(prec=500)


def _spelled(value: Decimal, way: int) -> str:
    """One number as DynamoDB, boto3 and people write it."""
    if way == 0:
        return str(value)
    if way == 1:
        return f"{value:f}"
    if way == 2:
        return f"{value:e}"
    if way == 3:
        return f"+{value:f}" if value >= 0 else f"-00{-value:f}"
    if way == 4:
        return f"{value:f}" + ("00" if "." in f"{value:f}" else ".00")
    return f"{value.scaleb(3, _WIDE):f}E-3"


def _fitting_moment(
    name: str, *, takes_finer: bool, takes_any_zone: bool
) -> st.SearchStrategy[str]:
    offset = st.sampled_from(["", "Z", "+09:00", "-07:00:39"])
    days = st.dates().map(lambda value: value.isoformat())
    clocks = st.builds(
        lambda hour, minute, rest: f"{hour:02}:{minute:02}{rest}",
        st.integers(0, 23), st.integers(0, 59),
        st.sampled_from(["", ":00", ":59", ":15.0", ":15.000"] + [":15.123456789"] * takes_finer),
    )  # fmt: skip
    if name in {"timestamp", "timestamptz"}:
        zones = offset if takes_any_zone else st.sampled_from(["Z", "+09:00", "-23:59:59"])
        return st.builds(lambda day, clock, zone: f"{day}T{clock}{zone}", days, clocks, zones)
    zones = offset if takes_any_zone else st.just("")
    return st.builds(str.__add__, days if name == "date" else clocks, zones)
