"""Schemas made by chance, of everything Amplify's transformer 2 offers that is stored."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_SCALARS = (
    "ID", "String", "Int", "Float", "Boolean", "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp",
    "AWSJSON", "AWSEmail", "AWSPhone", "AWSURL", "AWSIPAddress",
)  # fmt: skip
_KEY_SCALARS = ("ID", "String", "Int", "AWSDate", "AWSDateTime", "AWSTimestamp", "AWSEmail")
# Names that meet in snake case, are words of SQL or YAML, or are long.
_WORDS = (
    "order", "user", "userID", "user_id", "userId", "NO", "no", "on", "y", "lateral", "group",
    "type", "AWSAccount", "value2Go", "_hidden", "HTTPServer", "select", "position", "item", "x",
    "aRatherLongNameThatGoesOnAndOnUntilPostgresqlWouldNotKeepAllOfItAnyMore",
    "aRatherLongNameThatGoesOnAndOnUntilPostgresqlWouldNotKeepAllOfItEither",
)  # fmt: skip
_MODEL_WORDS = (
    "Person", "Category", "AWSThing", "Order", "Users", "User", "Status", "Box", "News",
    "Collation", "HTTPRequest_Log",
    "ThisModelHasANameOfQuiteSomeLengthAsCodeGeneratorsLikeToMakeThem",
)  # fmt: skip


@dataclass
class Schema:
    """A schema being made."""

    chance: random.Random
    parts: list[str] = field(default_factory=list)
    enums: list[str] = field(default_factory=list)
    customs: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)


def schema_text(chance: random.Random) -> str:
    """A schema that Amplify would take."""
    schema = Schema(chance)
    for number in range(chance.randint(0, 2)):
        values = " ".join(
            chance.sample(("NO", "yes", "Open", "CLOSED", "_x"), chance.randint(1, 4))
        )
        schema.enums.append(f"Kind{number}")
        schema.parts.append(f"enum Kind{number} {{ {values} }}")
    for number in range(chance.randint(0, 3)):
        lines = _fields(schema, chance.randint(1, 4))
        schema.customs.append(f"Detail{number}")
        schema.parts.append(f"type Detail{number} {{\n{_joined(lines)}}}")
    schema.models = chance.sample(_MODEL_WORDS, chance.randint(1, 5))
    for name in schema.models:
        schema.fields[name] = [*_key(schema, name), *_fields(schema, chance.randint(0, 6))]
    for number in range(chance.randint(0, 4)):
        _relate(schema, number)
    for name in schema.models:
        auth = " @auth(rules: [{allow: owner}])" if chance.random() < 0.3 else ""
        body = _joined(_once(schema.fields[name]))
        schema.parts.append(f"type {name} @model{auth} {{\n{body}}}")
    return "\n".join(schema.parts) + "\n"


def _joined(lines: list[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


def _once(lines: list[str]) -> list[str]:
    """A field name stands once in a type; the first one counts."""
    return list({line.split(":")[0]: line for line in reversed(lines)}.values())[::-1]


def _fields(schema: Schema, count: int) -> list[str]:
    names = schema.chance.sample(_WORDS, count)
    return [f"{name}: {_type(schema)}" for name in names]


def _type(schema: Schema) -> str:
    chance = schema.chance
    name = chance.choice((*_SCALARS, *schema.enums, *schema.customs, *schema.customs))
    form = chance.choice(("{}", "{}", "{}!", "[{}]", "[{}!]!", "[[{}]]"))
    return form.format(name)


def _key(schema: Schema, model: str) -> list[str]:
    """`id`, or a key of one to three fields."""
    chance = schema.chance
    parts = chance.choice((0, 0, 0, 1, 2, 3))
    if not parts:
        return ["id: ID!"]
    names = [f"key{number}" for number in range(parts)]
    kinds = [chance.choice((*_KEY_SCALARS, *schema.enums)) for _ in names]
    listed = ", ".join(f'"{name}"' for name in names[1:])
    directive = f"@primaryKey(sortKeyFields: [{listed}])" if listed else "@primaryKey"
    first = f"{names[0]}: {chance.choice(('ID', 'String'))}! {directive}"
    return [first, *(f"{name}: {kind}!" for name, kind in zip(names[1:], kinds, strict=False))]


def _relate(schema: Schema, number: int) -> None:
    chance = schema.chance
    one, other = chance.choice(schema.models), chance.choice(schema.models)
    kind = chance.choice(("hasOne", "hasMany", "both", "manyToMany"))
    if kind == "hasOne":
        schema.fields[one].append(f"link{number}: {other} @hasOne")
    elif kind in {"hasMany", "both"} or one == other:
        schema.fields[one].append(f"list{number}: [{other}] @hasMany")
        if kind == "both" and one != other:
            schema.fields[other].append(f"owner{number}: {one} @belongsTo")
    else:
        name = f'@manyToMany(relationName: "Join{number}")'
        schema.fields[one].append(f"pairs{number}: [{other}] {name}")
        schema.fields[other].append(f"pairs{number}: [{one}] {name}")
