"""What stands beside a schema and decides how it is stored: feature flags, conflict handling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.amplify.text_file import read_text
from migrate.errors import FixInputError

# amplify/backend/api/<api>/schema/<folder>/x.graphql is six levels below the project.
_LEVELS_MAX = 7
_FLAG_FILES = ("cli.json", "cli.features.json")
_CONFLICT_FILE = "transform.conf.json"


@dataclass(frozen=True, slots=True)
class Flags:
    """The feature flags that change what is stored. None: the file does not say, or is not there
    (`file` is empty then)."""

    file: str = ""
    transformer_version: int | None = None
    respect_primary_key: bool | None = None
    secondary_key_as_gsi: bool | None = None
    sub_username_claim: bool | None = None


@dataclass(frozen=True, slots=True)
class ConflictHandling:
    """Which models DataStore's conflict resolution is on for."""

    file: str = ""
    whole_project: bool = False
    models: frozenset[str] = frozenset()

    def covers(self, model: str) -> bool:
        return self.whole_project or model in self.models


def find_flags(start: Path) -> Flags:
    """The feature flags of the project that `start` (a file or folder) lies in."""
    for folder in _upwards(start):
        for name in _FLAG_FILES:
            for path in (folder / name, folder / "amplify" / name):
                features = _section(path, "features")
                if features is not None:
                    return _flags(path, features)
    return Flags()


def find_conflict_handling(start: Path) -> ConflictHandling:
    """transform.conf.json beside the schema, else the one of the only API of the project."""
    for folder in _upwards(start):
        found = [folder / _CONFLICT_FILE]
        found += sorted(folder.glob(f"amplify/backend/api/*/{_CONFLICT_FILE}"))
        found = [path for path in found if path.is_file()]
        if len(found) == 1:
            return _conflict_handling(found[0])
        if (folder / "amplify").is_dir() or folder.name == "amplify":
            break  # the project's root: what lies above belongs to something else
    return ConflictHandling()


def _upwards(start: Path) -> Iterator[Path]:
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for _ in range(_LEVELS_MAX):
        yield folder
        if (folder / ".git").exists() or folder.parent == folder:
            return
        folder = folder.parent


def _section(path: Path, key: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise FixInputError(f"{path} is not valid JSON") from None
    section = document.get(key) if isinstance(document, dict) else None
    return section if isinstance(section, dict) else None


def _flags(path: Path, features: dict[str, Any]) -> Flags:
    group = features.get("graphqltransformer")
    lower = {key.lower(): value for key, value in group.items()} if isinstance(group, dict) else {}
    version = lower.get("transformerversion")
    return Flags(
        file=_shown(path),
        transformer_version=version if version in (1, 2) else None,
        respect_primary_key=_boolean(lower.get("respectprimarykeyattributesonconnectionfield")),
        secondary_key_as_gsi=_boolean(lower.get("secondarykeyasgsi")),
        sub_username_claim=_boolean(lower.get("usesubusernamefordefaultidentityclaim")),
    )


def _shown(path: Path) -> str:
    """The path as a person would write it from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _conflict_handling(path: Path) -> ConflictHandling:
    config = _section(path, "ResolverConfig") or {}
    models = config.get("models")
    return ConflictHandling(
        file=_shown(path),
        whole_project=bool(config.get("project")),
        models=frozenset(models) if isinstance(models, dict) else frozenset(),
    )
