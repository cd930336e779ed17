"""How a value of the document is written for people: counts, durations, instants in JST."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from migrate.report.document import Kind, Value
from migrate.report.text import Texts

JST = timezone(timedelta(hours=9), "JST")


def display(value: Value, kind: Kind, texts: Texts) -> str:
    """`value` as text. None is a dash, except for a mark, where unknown never passes."""
    if kind == "mark":
        return texts("mark.passed") if value is True else texts("mark.failed")
    if value is None or value == "":
        return "" if kind == "blank" else texts("mark.nothing")
    if kind == "duration" and isinstance(value, (int, float)):
        return duration(value, texts)
    if kind == "time":
        return clock(str(value))
    return number(value) if isinstance(value, (int, float)) else value


def number(value: int | float) -> str:
    """A number with thousands separators; fractions only where they say something."""
    if isinstance(value, int):
        return f"{value:,}"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def duration(seconds: float, texts: Texts) -> str:
    """A duration: hundredths below ten seconds, minutes and hours above sixty."""
    if seconds < 10 and seconds != int(seconds):
        return texts("duration.seconds", seconds=f"{seconds:.2f}")
    whole = round(seconds)
    if whole < 60:
        return texts("duration.seconds", seconds=f"{whole}")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return texts("duration.minutes", minutes=f"{minutes}", seconds=f"{rest:02d}")
    hours, minutes = divmod(minutes, 60)
    return texts("duration.hours", hours=f"{hours:,}", minutes=f"{minutes:02d}")


def clock(text: str, *, seconds: bool = False) -> str:
    """An instant (ISO 8601, UTC) as `YYYY-MM-DD HH:MM JST`; other text stays as it is."""
    instant = parsed(text)
    if instant is None:
        return text
    form = "%Y-%m-%d %H:%M:%S JST" if seconds else "%Y-%m-%d %H:%M JST"
    return instant.astimezone(JST).strftime(form)


def parsed(text: str) -> datetime | None:
    """The instant that `text` names, or None when it names none. No offset means UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
