"""The form of a text: what a reader would take it for. One form a text, the first that fits."""

from __future__ import annotations

import json
import re

EMPTY, TEXT, TEMPLATE = "empty", "text", "template"
UUID, UPPER_UUID, OWNER = "uuid", "UUID in upper case", "sub::username"
NUMBER, BOOLEAN, PHONE, EMAIL, URL = "number", "boolean", "phone", "e-mail", "url"
JSON, JSON_TWICE, JSON_BROKEN = "JSON", "JSON twice", "JSON broken"

# Longer text is no id, no instant and no number; only JSON and templates are looked for in it.
_SHORT = 320
_HEX = "[0-9a-fA-F]"
_TIME = r"\d\d:\d\d(?P<{0}s>:\d\d(?:\.(?P<{0}f>\d+))?)?(?P<{0}z>Z|[+-]\d\d:\d\d(?P<{0}zs>:\d\d)?)?"
_STARTS_PLAIN = re.compile(
    rf"(?P<uuid>{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})\Z"
    rf"|(?P<date>\d\d\d\d-\d\d-\d\d)(?:(?P<at>T{_TIME.format('a')})"
    r"|(?P<dz>Z|[+-]\d\d:\d\d(?P<dzs>:\d\d)?))?\Z"
    rf"|(?P<time>{_TIME.format('t')})\Z"
    r"|(?P<boolean>true|false)\Z"
    r"|(?P<phone>\+\d[\d ()-]{5,18}\d|0\d{9,10}|0\d{1,4}[ -]\d{1,4}[ -]\d{3,4})\Z"
    r"|(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?)\Z",
    re.ASCII,
)
_OWNER = re.compile(r"[^\s:]+::\S+\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+\Z")


def form_of(value: str) -> str:
    """The form of `value`; instants by how they are written: `YYYY-MM-DDThh:mm:ss.sssZ`."""
    if not value:
        return EMPTY
    if "${" in value:
        return TEMPLATE
    if value[0] in '{["':
        return _json_form(value)
    if len(value) > _SHORT:
        return TEXT
    found = _STARTS_PLAIN.match(value)
    if found is not None:
        return _plain_form(found)
    if "::" in value and _OWNER.match(value):
        return OWNER
    if "@" in value and _EMAIL.match(value):
        return EMAIL
    if "://" in value and _URL.match(value):
        return URL
    return TEXT


def _plain_form(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "uuid":
        return UUID if found.group() == found.group().lower() else UPPER_UUID
    if kind in {"boolean", "phone", "number"}:
        return str(kind)
    if found["time"] is not None:
        return _time_form(found, "t")
    if found["at"] is not None:
        return "YYYY-MM-DDT" + _time_form(found, "a")
    return "YYYY-MM-DD" + _zone_form(found["dz"], found["dzs"])


def _time_form(found: re.Match[str], part: str) -> str:
    fraction = found[f"{part}f"]
    seconds = ":ss" if found[f"{part}s"] is not None else ""
    if fraction:
        seconds += "." + ("s" * len(fraction) if len(fraction) <= 9 else "s...")
    return "hh:mm" + seconds + _zone_form(found[f"{part}z"], found[f"{part}zs"])


def _zone_form(zone: str | None, seconds: str | None) -> str:
    if not zone or zone == "Z":
        return zone or ""
    return "+hh:mm:ss" if seconds else "+hh:mm"


def _json_form(value: str) -> str:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return JSON_BROKEN if value.startswith(('{"', "[{", '["')) else TEXT
    if isinstance(found, str):
        return JSON_TWICE if found[:1] in {"{", "["} else TEXT
    return JSON
