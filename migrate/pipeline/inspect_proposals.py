"""What to do about a finding: an edit of the mapping where none needs a decision, else words.

An edit never drops data: it lets in what was refused, as it is. Whatever would leave something
out, round it or reinterpret it is proposed in a comment only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from migrate.item import profile_form, profile_number
from migrate.item.profile import ANY_NAME, AttributeProfile
from migrate.mapping import edit
from migrate.mapping.lint import columns_at
from migrate.mapping.path import text as dotted
from migrate.mapping.spec import Column, Form, Mapping
from migrate.pipeline.inspect_advice import ADVICE, DONE, WORDS
from migrate.pipeline.inspect_attributes import path_text
from migrate.pipeline.inspect_comments import Comment
from migrate.pipeline.inspect_findings import Finding
from migrate.pipeline.inspect_parts import Inspected

Change = Callable[[str], str]
"""From the text of a mapping file to its new text. Raises ValueError where it cannot."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`changes` are tried together; then comments go to what stands at `where`: `said` with
    `done` when they were made, and with `advice` when not; `further` in any case."""

    where: edit.Path
    said: Comment
    changes: list[Change] = field(default_factory=list)
    done: str = ""
    advice: str = ""
    further: list[Comment] = field(default_factory=list)
    is_for_another: bool = False
    """About a column that could follow what stands at `where`."""

    def comments(self, *, changed: bool) -> list[Comment]:
        """The lines to write."""
        more = self.done if changed else self.advice
        text = f"{self.said.text}; {more}" if more else self.said.text
        return [Comment(text, f"{self.said.earlier}(?:; .*)?"), *self.further]


@dataclass(frozen=True, slots=True)
class _Place:
    """A finding with the column it is about, and what lies in the attribute."""

    finding: Finding
    where: edit.Path
    column: Column
    profile: AttributeProfile | None


def proposals(mapping: Mapping, one: Inspected, findings: list[Finding]) -> list[Proposal]:
    """In the order of the findings. What is only information has none."""
    found: list[Proposal] = []
    for finding in findings:
        if finding.code == "unknown-attribute":
            found.append(_for_unknown(mapping, one, finding))
            continue
        place = _located(mapping, one, finding)
        if place is not None and finding.severity != "info":
            found.append(_for_column(place))
    return found


def _located(mapping: Mapping, one: Inspected, finding: Finding) -> _Place | None:
    for where, table, name, column in columns_at(mapping):
        if (table.target, name) == (finding.table, finding.column):
            return _Place(finding, where, column, one.tally.profile.at(finding.path))
    return None


def _for_column(place: _Place) -> Proposal:
    finding = place.finding
    maker = _MAKERS.get(finding.code)
    changes = maker(place) if maker is not None else []
    said = _said(finding, f": {WORDS.get(finding.code, finding.code)}")
    if finding.code == "too-long" and place.profile is not None and place.profile.text is not None:
        longest = f" (longest: {place.profile.text.code_points.greatest} characters)"
        said = Comment(said.text + longest, said.earlier + r" \(longest: \d+ characters\)")
    done, advice = DONE.get(finding.code, ""), ADVICE.get(finding.code, "")
    return Proposal(place.where, said, changes, done, advice, _unlisted(finding))


def _unlisted(finding: Finding) -> list[Comment]:
    return [
        Comment(f"inspect: not in values: {edit.quoted(value)} ({count})", _UNLISTED_EARLIER)
        for value, count in finding.values
    ]


_UNLISTED_EARLIER = r"inspect: not in values: .* \(\d+\)"


def _said(finding: Finding, words: str) -> Comment:
    """How often it was found, and what. Another inspection counts anew."""
    path = path_text(finding.path)
    unit = finding.unit if finding.count != 1 else finding.unit.removesuffix("s")
    return Comment(
        f"inspect: {path}, {finding.count} {unit}{words}",
        rf"inspect: {re.escape(path)}, \d+ \w+{re.escape(words)}",
    )


def _set(where: edit.Path, value: str) -> Change:
    return lambda text: edit.with_value(text, where, value)


def _add(where: edit.Path, key: str, value: str) -> Change:
    return lambda text: edit.with_entry(text, where, key, value)


def _missing_values(place: _Place) -> list[Change]:
    """More entries for the value map, written as those that stand there."""
    listed = place.column.values or {}
    write = next((w for w in _SPELLINGS if all(w(k) == v for k, v in listed.items())), None)
    if write is None:
        return []
    where = (*place.where, "values")
    return [
        _add(where, edit.quoted(value), edit.quoted(write(value)))
        for value, _ in place.finding.values
    ]


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda value: value,
    str.lower,
    lambda value: value.lower().replace("_", "-"),
    str.upper,
)


def _optional(place: _Place) -> list[Change]:
    if place.column.key or not place.column.required:
        return []
    return [_set((*place.where, "required"), "false")]


def _null_elements(place: _Place) -> list[Change]:
    return [_add(place.where, "null_elements", "keep")] if place.column.type.is_array else []


def _further_forms(place: _Place) -> list[Change]:
    """More ways in which the value may be written, where what lies there says which."""
    forms = list(place.column.forms)
    for form in _fitting(place):
        if form not in forms:
            forms.append(form)
    if len(forms) == len(place.column.forms):
        return []
    written = forms[0] if len(forms) == 1 else f"[{', '.join(forms)}]"
    if place.column.forms:
        return [_set((*place.where, "as"), written)]
    return [_add(place.where, "as", written)]


def _other_unit(place: _Place) -> list[Change]:
    """All are milliseconds where seconds are mapped, so that none was ever let in."""
    numbers = place.profile.number if place.profile is not None else None
    milliseconds = numbers.forms[profile_number.EPOCH_MILLISECONDS] if numbers is not None else 0
    if numbers is None or "epoch-seconds" not in place.column.forms:
        return []
    if milliseconds != sum(numbers.forms.values()):
        return []
    forms = ["epoch-milliseconds" if f == "epoch-seconds" else f for f in place.column.forms]
    return [_set((*place.where, "as"), forms[0] if len(forms) == 1 else f"[{', '.join(forms)}]")]


def _fitting(place: _Place) -> list[Form]:
    if place.profile is None:
        return []
    kind = place.column.type.name
    text, number = place.profile.text, place.profile.number
    found: list[Form] = []
    if kind in _NUMBERS and text is not None and text.forms[profile_form.NUMBER]:
        found.append("number-text")
    if kind == "boolean" and text is not None and text.forms[profile_form.BOOLEAN]:
        found.append("boolean-text")
    if kind in _INSTANTS and number is not None and not _has_epoch(place.column):
        seconds = number.forms[profile_number.EPOCH_SECONDS]
        milliseconds = number.forms[profile_number.EPOCH_MILLISECONDS]
        if bool(seconds) != bool(milliseconds) and seconds + milliseconds == sum(
            number.forms.values()
        ):
            found.append("epoch-seconds" if seconds else "epoch-milliseconds")
    if (
        kind in _INSTANTS
        and text is not None
        and text.forms[profile_form.NUMBER]
        and (found or _has_epoch(place.column))
    ):
        found.append("number-text")
    return found


def _has_epoch(column: Column) -> bool:
    return any(form.startswith("epoch-") for form in column.forms)


_NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}
_INSTANTS = {"date", "timestamp", "timestamptz"}

_MAKERS: dict[str, Callable[[_Place], list[Change]]] = {
    "unknown-value": _missing_values,
    "required": _optional,
    "null-element": _null_elements,
    "type-mismatch": _further_forms,
    "bad-datetime": _further_forms,
    "bad-date": _further_forms,
    "out-of-range": _other_unit,
}


def _for_unknown(mapping: Mapping, one: Inspected, finding: Finding) -> Proposal:
    """A column to uncomment, or a word in `leave`: somebody must decide what it is worth."""
    prefix: edit.Path = ()
    path, columns = finding.path, mapping.columns
    for index, child in enumerate(mapping.children):
        if child.target == finding.table:
            prefix, columns = ("children", index), child.columns
            path = path[len(child.list_path) + 1 :]
    said = _said(finding, " with an attribute nobody named: map it or leave it")
    further: list[Comment] = []
    if path and path[-1] != ANY_NAME:
        kind = _column_type(one.tally.profile.at(finding.path))
        column = f"{_snake(path)}: {{from: {edit.quoted(dotted(path))}, type: "
        further.append(Comment(f"{column}{kind}, class: medical}}", f"{re.escape(column)}.*"))
        leave = f"or leave: {{{edit.quoted(dotted(path))}: why it is not carried over}}"
        further.append(Comment(leave, re.escape(leave)))
    where = (*prefix, "columns", list(columns)[-1])
    return Proposal(where, said, further=further, is_for_another=True)


def _snake(path: tuple[str, ...]) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(path)).lower()
    return re.sub(r"[^a-z0-9_]", "_", words)[:63]


def _column_type(profile: AttributeProfile | None) -> str:
    """A type that takes everything found, the narrowest that is plain to see."""
    kinds = set(profile.types) - {"NULL"} if profile is not None else set()
    if profile is not None and kinds == {"S"} and profile.text is not None:
        forms = set(profile.text.forms)
        if forms <= {profile_form.UUID, profile_form.UPPER_UUID}:
            return "uuid"
        return "timestamp" if all(f.startswith("YYYY-MM-DDT") for f in forms) else "text"
    if profile is not None and kinds == {"N"} and profile.number is not None:
        return "numeric" if profile.number.fraction_digits else "bigint"
    return {"BOOL": "boolean", "B": "bytea", "SS": '"text[]"'}.get(
        next(iter(kinds)) if len(kinds) == 1 else "", "jsonb"
    )
