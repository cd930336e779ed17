"""An inspection as text: a table a model, then what differs, within 100 columns."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from migrate.item.profile import AttributeProfile
    from migrate.item.profile_distinct import Distinct
    from migrate.pipeline.inspect_attributes import AttributeLine
    from migrate.pipeline.inspect_document import InspectDocument, ModelView
    from migrate.pipeline.inspect_findings import Finding

# Together with the two spaces between them: 100 columns.
_HEADS = ("attribute", "present", "types", "length, range", "distinct", "content")
_WIDTHS = (27, 7, 13, 14, 9, 20)
_RIGHT = (False, True, False, False, True, False)


def show(document: InspectDocument) -> None:
    """Everything, on stdout."""
    for view in document.models:
        _show_model(view)
    inspection = document.inspection
    for model, error in sorted(inspection.failed.items()):
        click.echo(f"{model}: not read: {error.message}")
    refused = sum(finding.rejects for finding in document.findings)
    items = inspection.items
    click.echo(
        f"{items:,} items of {len(document.models)} tables in {inspection.seconds:.1f} s;"
        f" a load would refuse {refused:,}"
    )
    moment = "read from exports" if inspection.from_exports else "a scan is no snapshot"
    click.echo(f"not predicted: duplicate, key-clash, orphan; {moment}")
    for path in document.paths.values():
        click.echo(path)


def _show_model(view: ModelView) -> None:
    one, outcomes = view.inspected, view.inspected.tally.outcomes
    count = _counted(one.tally.items, "items")
    read = "all read" if one.complete else "a sample"
    click.secho(
        f"{one.model}: {count}, {read}; would load {outcomes['loaded']:,},"
        f" tombstones {outcomes['tombstones']:,}, filtered {outcomes['filtered']:,},"
        f" refused {outcomes['rejected']:,}",
        bold=True,
    )
    if one.chain is not None:
        click.echo(_cut(f"  {one.chain.description}", 100))
    _show_confidence(view)
    if view.lines:
        _show_line(_HEADS)
    for line in view.lines:
        _show_line(_cells(line))
    for finding in view.findings:
        _show_finding(finding)
    click.echo()


def _show_confidence(view: ModelView) -> None:
    from migrate.pipeline.inspect_document import confidence

    found = confidence(view.inspected)
    if found is None:
        return
    seen = ", ".join(
        f"{one['share']:.2%}: {one['probability']:.1%}" for one in found["seen_with_probability"]
    )
    click.echo(f"  what stands in a share of the items is seen with a probability: {seen}")
    click.echo(f"  not seen: in less than {found['unseen_share_max']:.3%} of the items (95%)")


def _show_line(cells: tuple[str, ...]) -> None:
    fitted = [
        _fit(cell, width, right=right)
        for cell, width, right in zip(cells, _WIDTHS, _RIGHT, strict=True)
    ]
    click.echo("  ".join(fitted).rstrip())


def _cells(line: AttributeLine) -> tuple[str, ...]:
    from migrate.pipeline.inspect_attributes import path_text

    profile = line.profile
    name = path_text(line.path)
    mark = {"unknown": "? ", "left": "- "}.get(line.status, "")
    share = _share(profile.present, line.holders)
    return (
        mark + name, share, _types(profile), _size(line), _distinct(profile), _content(line)
    )  # fmt: skip


def _share(part: int, whole: int) -> str:
    """A percentage that says 0% and 100% only where it is none and all."""
    if not whole or part in {0, whole}:
        return "100%" if part else "0%"
    return f"{min(max(part / whole, 0.0001), 0.9999):.2%}"


def _types(profile: AttributeProfile) -> str:
    found = profile.types.most_common()
    kinds = [kind for kind, _ in sorted(found, key=lambda e: (-e[1], e[0]))]
    if len(kinds) > 1 and "NULL" in kinds:
        kinds = [*(k for k in kinds if k != "NULL"), f"NULL {_short(profile.types['NULL'])}"]
    return " ".join(kinds)


def _size(line: AttributeLine) -> str:
    profile = line.profile
    if profile.text is not None:
        lengths = profile.text.code_points
        return _between(lengths.least, lengths.greatest)
    if profile.number is not None:
        if line.shown and profile.number.least is not None:
            return _between(profile.number.least, profile.number.greatest)
        digits = f"{profile.number.integer_digits}.{profile.number.fraction_digits}"
        return f"{digits} digits"
    for kind in ("L", "M", "B", "SS", "NS", "BS"):
        if kind in profile.sizes:
            return _between(profile.sizes[kind].least, profile.sizes[kind].greatest)
    return ""


def _between(least: object, greatest: object) -> str:
    return f"{least}" if least == greatest else f"{least}..{greatest}"


def _distinct(profile: AttributeProfile) -> str:
    parts: list[Distinct] = [p.distinct for p in (profile.text, profile.number) if p is not None]
    if not parts:
        return ""
    about = "" if all(part.is_exact for part in parts) else "~"
    return about + _short(sum(part.count for part in parts))


def _short(count: int) -> str:
    return f"{count:,}" if count < 10_000_000 else f"{count / 1e6:,.0f}M"


def _content(line: AttributeLine) -> str:
    profile, found = line.profile, []
    if profile.text is not None:
        found += [(k, n) for k, n in profile.text.forms.items() if k != "text"]
        values = profile.text.distinct.values
        if line.shown and values is not None and list(profile.text.forms) == ["text"]:
            found = list(values.items())
        for word, count in (("U+0000", profile.text.nul), ("surrogate", profile.text.surrogates)):
            found += [(word, count)] if count else []
    if profile.number is not None:
        found += [(k, n) for k, n in profile.number.forms.items() if k != "whole"]
    if profile.types["BOOL"]:
        found.append(("true", profile.true))
    ordered = sorted(found, key=lambda entry: (-entry[1], entry[0]))
    total = profile.present - profile.types["NULL"]
    said = ", ".join(_one(word, count, total) for word, count in ordered)
    return said.replace("YYYY-MM-DD", "date")  # the column is narrow, and the rest tells more


def _one(word: str, count: int, total: int) -> str:
    return word if count == total else f"{word} {_short(count)}"


def _show_finding(finding: Finding) -> None:
    from migrate.pipeline.inspect_attributes import path_text

    colour = {"reject": "red", "warning": "yellow", "info": None}[finding.severity]
    click.secho(f"  {finding.severity:<8}", fg=colour, nl=False)
    where = f"{finding.table}.{finding.column}" if finding.column else path_text(finding.path)
    values = "".join(f", {value!r} {count:,}" for value, count in finding.values)
    count = _counted(finding.count, finding.unit)
    click.echo(_cut(f"{finding.code} {where}: {count}{values}", 89))
    if finding.keys:
        click.echo(f"           such as {_cut(finding.keys[0], 80)}")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count != 1 else noun.removesuffix('s')}"


def _cut(text: str, width: int) -> str:
    """At most `width` columns of a terminal; what is cut off is marked."""
    from migrate.pipeline.inspect_attributes import one_line

    text = one_line(text)
    if _columns(text) <= width:
        return text
    while _columns(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _fit(text: str, width: int, *, right: bool) -> str:
    text = _cut(text, width)
    pad = " " * (width - _columns(text))
    return pad + text if right else text + pad


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
