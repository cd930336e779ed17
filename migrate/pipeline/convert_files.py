"""The files of a conversion: what is written, what a person has edited and therefore stays."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from migrate.errors import FixInputError

MANIFEST = "conversion.json"

State = Literal["written", "unchanged", "updated", "kept", "overwritten"]


@dataclass(frozen=True, slots=True)
class MappingFile:
    """What became of one mapping. `difference` is a unified diff from the file that stays to what
    the conversion would write."""

    model: str
    path: Path
    state: State
    difference: str = ""


@dataclass
class Manifest:
    """What an earlier conversion wrote, so that an edited file is told from one that is not."""

    hashes: dict[str, str] = field(default_factory=dict)
    """File name to SHA-256 of the text the conversion made."""

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """An absent one is empty: then every mapping that differs counts as edited."""
        path = folder / MANIFEST
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(dict(content["mappings"]))
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError):
            hint = "delete it: then every mapping that differs counts as edited, and is kept"
            raise FixInputError(f"{path} is not what a conversion writes", hint) from None

    def text(self, settings: Mapping[str, Any]) -> str:
        content = {"version": 1, **settings, "mappings": dict(sorted(self.hashes.items()))}
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def place_mapping(
    folder: Path, name: str, model: str, text: str, manifest: Manifest, *, force: bool
) -> MappingFile:
    """Write one mapping, unless a person has edited it."""
    path = folder / name
    existing = read_text(path) if path.exists() else None
    state = _state(existing, text, manifest.hashes.get(name), force=force)
    if state not in {"unchanged", "kept"}:
        write_whole(path, text)
    manifest.hashes[name] = digest(text)
    difference = _difference(path, existing or "", text) if state == "kept" else ""
    return MappingFile(model, path, state, difference)


def _state(existing: str | None, text: str, written: str | None, *, force: bool) -> State:
    if existing is None:
        return "written"
    if existing == text:
        return "unchanged"
    if digest(existing) == written:
        return "updated"
    return "overwritten" if force else "kept"


def _difference(path: Path, existing: str, text: str) -> str:
    lines = difflib.unified_diff(
        existing.splitlines(keepends=True),
        text.splitlines(keepends=True),
        str(path),
        f"{path} (converted)",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def removed(folder: Path, manifest: Manifest, names: set[str]) -> list[Path]:
    """Mappings that an earlier conversion wrote and this one does not; they stay."""
    gone = sorted(set(manifest.hashes) - names)
    return [folder / name for name in gone if (folder / name).exists()]


def read_text(path: Path) -> str:
    """Raises FixInputError."""
    try:
        return path.read_bytes().decode()  # as it is: a converted line end is an edit, too
    except UnicodeDecodeError:
        raise FixInputError(f"{path} is not UTF-8", "save the file as UTF-8") from None
    except OSError as error:
        raise FixInputError(f"{path} cannot be read: {error.strerror}") from None


def write_whole(path: Path, text: str) -> None:
    """Readers see the old file or the new one; one that is the same already is not touched."""
    try:
        if path.exists() and path.read_bytes() == text.encode():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            temporary.write_bytes(text.encode())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FixInputError(
            f"{path} cannot be written: {error.strerror}", "check --out and its rights"
        ) from None
