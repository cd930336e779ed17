"""Types of fields: scalars, enums, and custom types with everything they contain."""

from __future__ import annotations

from typing import Literal

from migrate.amplify.graph import CustomField, CustomType, EnumType, TypeKind, TypeRef
from migrate.amplify.rules.reading import Reading
from migrate.amplify.sdl.schema import SchemaField, SchemaType
from migrate.yaml_source import nearest

# Double and BigInt are known to the old transformers only.
SCALARS = frozenset(
    {
        "ID", "String", "Int", "Float", "Boolean", "Double", "BigInt", "AWSDate", "AWSTime",
        "AWSDateTime", "AWSTimestamp", "AWSEmail", "AWSJSON", "AWSPhone", "AWSURL", "AWSIPAddress",
    }
)  # fmt: skip

_KINDS: dict[str, TypeKind] = {
    "object": "custom", "interface": "interface", "union": "union", "enum": "enum",
    "scalar": "scalar",
}  # fmt: skip


def kind_of(reading: Reading, name: str) -> TypeKind | Literal["model"] | None:
    """What a type name stands for; None: it is not defined, or is an input."""
    type_ = reading.schema.types.get(name)
    if type_ is None:
        return "scalar" if name in SCALARS else None
    return "model" if type_.is_model else _KINDS.get(type_.kind)


def type_ref(reading: Reading, field: SchemaField, kind: TypeKind, subject: str) -> TypeRef:
    """The field's type; takes the enums and custom types it needs into the app."""
    name = field.type_name
    if kind == "scalar" and name not in SCALARS:
        message = f"{subject} has the scalar {name}, which AppSync does not know: taken as JSON"
        reading.find("custom-scalar", field.place, message, subject)
        name = "AWSJSON"
    elif kind == "enum" and name not in reading.enums:
        type_ = reading.schema.types[name]
        reading.enums[name] = EnumType(name, tuple(dict.fromkeys(type_.values)), type_.place)
    elif kind == "custom":
        _take(reading, reading.schema.types[name])
    return TypeRef(name, kind, field.list_depth, field.required, field.element_required)


def _take(reading: Reading, start: SchemaType) -> None:
    """Take a custom type and all it contains; types may nest deeply, or in a circle."""
    waiting = [start]
    while waiting:
        type_ = waiting.pop()
        if type_.name in reading.custom_types:
            continue
        fields: list[CustomField] = []
        reading.custom_types[type_.name] = CustomType(type_.name, (), type_.place)
        for field in type_.fields.values():
            kind = kind_of(reading, field.type_name)
            if kind == "custom":
                waiting.append(reading.schema.types[field.type_name])
                ref = _plain_ref(field, kind)
            elif kind is None or kind == "model":
                _not_stored(reading, field, kind, f"{type_.name}.{field.name}")
                continue
            else:
                ref = type_ref(reading, field, kind, f"{type_.name}.{field.name}")
            fields.append(CustomField(field.name, ref, field.place))
        reading.custom_types[type_.name] = CustomType(type_.name, tuple(fields), type_.place)


def _plain_ref(field: SchemaField, kind: TypeKind) -> TypeRef:
    return TypeRef(field.type_name, kind, field.list_depth, field.required, field.element_required)


def _not_stored(
    reading: Reading, field: SchemaField, kind: Literal["model"] | None, subject: str
) -> None:
    if kind is None:
        message = f"{subject} has the unknown type {field.type_name!r}"
        reading.refuse(field.place, message, nearest(field.type_name, reading.schema.types))
    else:
        message = f"{subject} has the model {field.type_name} as its type: it is not stored"
        reading.find("model-in-custom-type", field.place, message, subject)


def in_schema_order(reading: Reading) -> None:
    """Put enums and custom types into the order of the input, whichever field asked first."""
    order = {name: position for position, name in enumerate(reading.schema.types)}
    reading.enums = dict(sorted(reading.enums.items(), key=lambda one: order[one[0]]))
    reading.custom_types = dict(sorted(reading.custom_types.items(), key=lambda one: order[one[0]]))
