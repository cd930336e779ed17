"""Decides by which generation's rules a schema is read, and says why."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import Finding, Generation, Place
from migrate.amplify.project_files import Flags
from migrate.amplify.sdl.schema import Schema

_V1_ONLY = frozenset({"key", "connection", "versioned"})
_V2_ONLY = frozenset(
    {"primaryKey", "index", "hasOne", "hasMany", "belongsTo", "manyToMany", "mapsTo", "default"}
)
_GEN2_ONLY = frozenset({"conversation", "generation", "refersTo", "sql"})
_RELATIONS = ("hasOne", "hasMany", "belongsTo")


@dataclass(frozen=True, slots=True)
class Choice:
    """The generation, the reason in a few words, and what contradicts it."""

    generation: Generation
    reason: str
    findings: tuple[Finding, ...] = ()


def choose(schema: Schema, flags: Flags, asked: Generation | None) -> Choice:
    """From the feature flags, else from the directives, else as asked."""
    used = schema.directive_names()
    seen = _seen(schema, used)
    if flags.transformer_version is not None:
        return _by_flag(flags, seen)
    if seen:
        generation = next(one for one in ("gen2", "v2", "v1") if one in seen)
        return Choice(generation, f"{seen[generation][0]} is used")
    if asked is not None:
        return Choice(asked, "asked for; neither a feature flag nor a directive says")
    return Choice("v1", "no feature flag and no directive says otherwise")


def _by_flag(flags: Flags, seen: dict[Generation, tuple[str, Place]]) -> Choice:
    flagged: Generation = "v2" if flags.transformer_version == 2 else "v1"
    other: Generation = "v1" if flagged == "v2" else "v2"
    told = f"transformerversion is {flags.transformer_version} in {flags.file}"
    if other not in seen:
        return Choice(flagged, told)
    what, place = seen[other]
    both = flagged in seen
    message = f"{told}, but {what} is used, which belongs to {other}"
    contradiction = finding("generation-contradiction", place, message)
    if both:
        return Choice(flagged, told, (contradiction,))
    return Choice(other, f"{what} is used, although {told}", (contradiction,))


def _seen(schema: Schema, used: dict[str, Place]) -> dict[Generation, tuple[str, Place]]:
    """For each generation the first thing that only it has."""
    seen: dict[Generation, tuple[str, Place]] = {}
    references = _references(schema)
    if references is not None:
        seen["gen2"] = ("`references` in a relation", references)
    groups: tuple[tuple[Generation, frozenset[str]], ...] = (
        ("gen2", _GEN2_ONLY), ("v2", _V2_ONLY), ("v1", _V1_ONLY),
    )  # fmt: skip
    for generation, names in groups:
        for name, place in used.items():
            if name in names:
                seen.setdefault(generation, (f"@{name}", place))
    amplify_input = schema.types.get("AMPLIFY")
    if amplify_input is not None and amplify_input.kind == "input":
        seen.setdefault("v2", ("`input AMPLIFY`", amplify_input.place))
    return seen


def _references(schema: Schema) -> Place | None:
    for type_ in schema.types.values():
        for field in type_.fields.values():
            directive = field.directive(*_RELATIONS)
            if directive is not None and directive.texts("references"):
                return directive.place
    return None
