"""Parses schema text: the only module that knows graphql-core."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLSyntaxError, Source, parse, value_from_ast_untyped
from graphql.language import ast

from migrate.amplify.graph import Place
from migrate.amplify.sdl.schema import (
    ROOT_TYPES,
    Directive,
    Kind,
    Schema,
    SchemaField,
    SchemaType,
)
from migrate.errors import Problem, SpecError

_LINE_END = re.compile(r"\r\n|\n|\r")  # as GraphQL counts lines

_KINDS: dict[type[ast.Node], Kind] = {
    ast.ObjectTypeDefinitionNode: "object",
    ast.ObjectTypeExtensionNode: "object",
    ast.InterfaceTypeDefinitionNode: "interface",
    ast.InterfaceTypeExtensionNode: "interface",
    ast.UnionTypeDefinitionNode: "union",
    ast.UnionTypeExtensionNode: "union",
    ast.EnumTypeDefinitionNode: "enum",
    ast.EnumTypeExtensionNode: "enum",
    ast.InputObjectTypeDefinitionNode: "input",
    ast.InputObjectTypeExtensionNode: "input",
    ast.ScalarTypeDefinitionNode: "scalar",
    ast.ScalarTypeExtensionNode: "scalar",
}


def parse_schema(texts: Iterable[tuple[str, str]]) -> Schema:
    """Parse `(file, text)` pairs into one schema. Raises SpecError with every position."""
    schema = Schema()
    problems: list[Problem] = []
    for file, text in texts:
        schema.lines[file] = _LINE_END.split(text)
        try:
            _read(file, text, schema, problems)
        except RecursionError:
            problems.append(schema.problem(Place(file, 1, 1), "this is nested too deeply to read"))
    if problems:
        raise SpecError(problems)
    return schema


def _read(file: str, text: str, schema: Schema, problems: list[Problem]) -> None:
    try:
        document = parse(Source(text, file))
    except GraphQLSyntaxError as error:
        position = next(iter(error.positions or ()), 0)
        message = error.message.removeprefix("Syntax Error: ").rstrip(".")
        problems.append(_syntax_problem(schema, file, text[:position], message))
        return
    except IndexError:  # the library reads past the end of a text that ends inside a string
        problems.append(_syntax_problem(schema, file, text, "Unterminated string"))
        return
    for definition in document.definitions:
        try:
            _define(definition, file, schema, problems)
        except ValueError:  # Python converts no number of more than 4300 digits
            message = "a number in this definition is too long to read"
            problems.append(schema.problem(_place(definition, file), message))


def _syntax_problem(schema: Schema, file: str, before: str, message: str) -> Problem:
    # The library's own line and column are wrong after the last line end and beside U+2028.
    lines = _LINE_END.split(before)
    place = Place(file, len(lines), len(lines[-1]) + 1)
    return schema.problem(place, f"not valid GraphQL: {message[:1].lower()}{message[1:]}")


def _define(node: ast.DefinitionNode, file: str, schema: Schema, problems: list[Problem]) -> None:
    kind = _KINDS.get(type(node))
    if kind is None:
        if isinstance(node, ast.ExecutableDefinitionNode):
            problems.append(schema.problem(_place(node, file), "a query is no part of a schema"))
        return  # `schema { }` and directive definitions store nothing
    assert isinstance(node, ast.TypeDefinitionNode | ast.TypeExtensionNode)
    new = _schema_type(node, kind, file, schema, problems)
    known = schema.types.get(new.name)
    if known is None:
        schema.types[new.name] = new
    elif isinstance(node, ast.TypeExtensionNode) or new.name in ROOT_TYPES:
        _merge(known, new, schema, problems)
    else:
        problems.append(
            schema.problem(new.place, f"{new.name!r} is defined twice (first at {known.place})")
        )


def _merge(known: SchemaType, new: SchemaType, schema: Schema, problems: list[Problem]) -> None:
    for name, field in new.fields.items():
        if name in known.fields and known.name not in ROOT_TYPES:
            problems.append(_twice(schema, field, known.fields[name].place))
        known.fields[name] = field
    known.directives += new.directives
    known.values += new.values


def _schema_type(
    node: ast.TypeDefinitionNode | ast.TypeExtensionNode,
    kind: Kind,
    file: str,
    schema: Schema,
    problems: list[Problem],
) -> SchemaType:
    made = SchemaType(node.name.value, kind, _place(node.name, file))
    made.directives = [_directive(one, file) for one in node.directives or ()]
    description = getattr(node, "description", None)
    made.description = description.value if description else ""
    made.values = tuple(one.name.value for one in getattr(node, "values", None) or ())
    for child in getattr(node, "fields", None) or ():
        field = _field(child, file)
        if field.name in made.fields:
            problems.append(_twice(schema, field, made.fields[field.name].place))
        made.fields[field.name] = field
    return made


def _twice(schema: Schema, field: SchemaField, first: Place) -> Problem:
    return schema.problem(field.place, f"{field.name!r} stands here twice (first at {first})")


def _field(node: ast.FieldDefinitionNode | ast.InputValueDefinitionNode, file: str) -> SchemaField:
    type_node: ast.TypeNode = node.type
    required = isinstance(type_node, ast.NonNullTypeNode)
    depth, inner_required = 0, required
    while not isinstance(type_node, ast.NamedTypeNode):
        if isinstance(type_node, ast.ListTypeNode):
            depth, inner_required = depth + 1, False
        else:
            inner_required = True
        assert isinstance(type_node, ast.ListTypeNode | ast.NonNullTypeNode)
        type_node = type_node.type
    return SchemaField(
        name=node.name.value,
        type_name=type_node.name.value,
        place=_place(node.name, file),
        list_depth=depth,
        required=required,
        element_required=depth > 0 and inner_required,
        directives=tuple(_directive(one, file) for one in node.directives or ()),
    )


def _directive(node: ast.DirectiveNode, file: str) -> Directive:
    arguments: dict[str, Any] = {
        one.name.value: value_from_ast_untyped(one.value) for one in node.arguments or ()
    }
    return Directive(node.name.value, arguments, _place(node, file))


def _place(node: ast.Node, file: str) -> Place:
    if node.loc is None:
        return Place(file)
    token = node.loc.start_token
    return Place(file, token.line, token.column)
