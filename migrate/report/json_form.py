"""report.json: the record with a hash of its content, written, read back and verified."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from migrate.errors import AskOperatorError, FixInputError
from migrate.report.record import Record

FORMAT = 1


def content_of(record: Record) -> dict[str, Any]:
    """The record and the number of this format, before the hash is added."""
    plain = json.loads(json.dumps(record.as_json(), allow_nan=False))  # tuples become lists
    return {"format": FORMAT, **_plain(plain)}


def content_hash(record: Record) -> str:
    """SHA-256 in hex over the canonical JSON of the content."""
    return _hash(content_of(record))


def render_json(record: Record) -> str:
    """The text of report.json."""
    content = content_of(record)
    whole = {**content, "content_hash": _hash(content)}
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_record(path: Path) -> Record:
    """The record in a report.json. Raises as `verify` does: what was edited is not rendered."""
    from pydantic import TypeAdapter, ValidationError

    content = _verified(path)
    content.pop("format")
    try:
        return TypeAdapter(Record).validate_python(content)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        message = f"{path} is not the record of a rehearsal: {place}"
        raise FixInputError(message, "see docs/reference/report.schema.json") from None


def verify(path: Path) -> None:
    """Check that a report.json is as it was written.

    Raises FixInputError when it is no report.json of this format, AskOperatorError when its
    content does not have the hash it carries.
    """
    _verified(path)


def _verified(path: Path) -> dict[str, Any]:
    content = _read(path)
    said = content.pop("content_hash", None)
    if not isinstance(said, str):
        raise FixInputError(f"{path} carries no content hash", "name a report.json of a rehearsal")
    if content.get("format") != FORMAT:
        hint = f"this version reads format {FORMAT}; use the version that wrote the file"
        raise FixInputError(f"{path} has another format", hint)
    if _hash(content) != said:
        hint = "take the original from the results folder or the evidence store"
        raise AskOperatorError(f"{path} was changed after it was written", hint)
    return content


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except FileNotFoundError:
        raise FixInputError(f"{path} does not exist", "name a report.json") from None
    except OSError as error:
        raise FixInputError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:  # bad JSON, bad UTF-8, a key that stands twice
        raise FixInputError(f"{path} is not JSON", "name a report.json of a rehearsal") from None
    if not isinstance(content, dict):
        raise FixInputError(f"{path} is not a report.json", "name a report.json of a rehearsal")
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Readers disagree on which of two equal keys counts, so such a file could show one thing
    # here and another elsewhere under the same hash.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(content).encode("ascii")).hexdigest()


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    """Whole floats as integers: other writers of JSON make no difference between 5.0 and 5."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
