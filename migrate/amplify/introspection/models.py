"""Models, enums and custom types of a JSON description."""

from __future__ import annotations

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import (
    Attribute,
    CustomField,
    CustomType,
    EnumType,
    Finding,
    Index,
    Model,
    Origin,
    TypeRef,
)
from migrate.amplify.introspection.document import Document, FieldEntry, ModelEntry, TypeName
from migrate.amplify.rules.reading import stored_key
from migrate.amplify.rules.types import SCALARS


def read_model(document: Document, name: str, entry: ModelEntry) -> Model:
    """A model with its declared attributes; relations and implied attributes come later."""
    key_fields = _key_fields(entry)
    place = document.place("models", name)
    model = Model(name, place, name, key_fields, stored_key(key_fields))
    if "id" not in entry.fields and key_fields == ("id",):
        ref = TypeRef("ID", "scalar", required=True)
        model.attributes.append(Attribute("id", ref, "field", place, "not listed; made by Amplify"))
    for field_name, field in entry.fields.items():
        ref_or_none = type_ref(document, field)
        if ref_or_none is None:
            continue
        field_place = document.place("models", name, "fields", field_name)
        origin: Origin = "timestamp" if field.is_read_only else "field"
        model.attributes.append(Attribute(field_name, ref_or_none, origin, field_place))
    model.indexes = list(_indexes(entry))
    return model


def type_ref(document: Document, field: FieldEntry) -> TypeRef | None:
    """The field's type; None for a field whose type is a model, which stores nothing."""
    content = document.content
    name, kind = field.type, "scalar"
    if isinstance(name, TypeName):
        if name.enum in content.enums:
            name, kind = str(name.enum), "enum"
        elif name.non_model in content.non_models:
            name, kind = str(name.non_model), "custom"
        elif name.model is not None:
            return None
        else:
            name = "AWSJSON"  # a type that the description names but leaves out
    elif name not in SCALARS:
        name = "AWSJSON"
    if not field.is_array:
        return TypeRef(name, kind, required=field.is_required)  # type: ignore[arg-type]
    required = field.is_list_nullable is False
    return TypeRef(name, kind, 1, required, field.is_required)  # type: ignore[arg-type]


def _key_fields(entry: ModelEntry) -> tuple[str, ...]:
    if entry.key_info is not None:
        return (entry.key_info.partition, *entry.key_info.sort)
    for name, fields in _keys(entry):
        if name is None:
            return fields
    return ("id",)


def _keys(entry: ModelEntry) -> list[tuple[str | None, tuple[str, ...]]]:
    found = []
    for attribute in entry.attributes:
        properties = attribute.properties or {}
        fields = properties.get("fields")
        if attribute.type == "key" and isinstance(fields, list) and fields:
            name = properties.get("name")
            texts = tuple(str(one) for one in fields)
            found.append((name if isinstance(name, str) else None, texts))
    return found


def _indexes(entry: ModelEntry) -> list[Index]:
    return [
        Index(name, stored_key(fields), fields) for name, fields in _keys(entry) if name is not None
    ]


def read_enums(document: Document) -> dict[str, EnumType]:
    return {
        name: EnumType(name, tuple(dict.fromkeys(entry.values)), document.place("enums", name))
        for name, entry in document.content.enums.items()
    }


def read_custom_types(document: Document) -> tuple[dict[str, CustomType], list[Finding]]:
    """The custom types; a field whose type is a model is not stored, and a finding."""
    types: dict[str, CustomType] = {}
    findings: list[Finding] = []
    for name, entry in document.content.non_models.items():
        fields = []
        for field_name, field in entry.fields.items():
            place = document.place("nonModels", name, "fields", field_name)
            ref = type_ref(document, field)
            if ref is None:
                subject = f"{name}.{field_name}"
                message = f"{subject} has a model as its type: it is not stored"
                findings.append(finding("model-in-custom-type", place, message, subject))
            else:
                fields.append(CustomField(field_name, ref, place))
        types[name] = CustomType(name, tuple(fields), document.place("nonModels", name))
    return types, findings
