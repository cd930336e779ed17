"""Shows parts of the model graph as the short texts that the case files use."""

from __future__ import annotations

from migrate.amplify.graph import Attribute, CustomType, Relation, TypeRef


def type_text(ref: TypeRef) -> str:
    """As GraphQL writes it, such as `[Int!]!`; how inner lists are required is not kept."""
    text = ref.name + ("!" if ref.element_required else "")
    text = "[" * ref.list_depth + text + "]" * ref.list_depth
    return text + ("!" if ref.required else "")


def attribute_text(attribute: Attribute) -> str:
    return f"{type_text(attribute.type)} {attribute.origin}"


def custom_type_texts(custom_type: CustomType) -> list[str]:
    return [f"{one.name}: {type_text(one.type)}" for one in custom_type.fields]


def relation_text(relation: Relation) -> str:
    keys, targets = " ".join(relation.attributes), " ".join(relation.target_key)
    required = ", required" if relation.required else ""
    return (
        f"{relation.model}.{relation.field} {relation.kind} {relation.target},"
        f" {relation.holder}({keys}) -> ({targets}){required}"
    )
