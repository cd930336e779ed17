"""Owner and group attributes, declared or implied by the @auth rules of model and fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migrate.amplify.graph import Attribute, Generation, Place, TypeRef
from migrate.amplify.rules.reading import ModelDraft, Reading
from migrate.amplify.sdl.schema import Directive

Rule = dict[str, Any]


def read_owners(reading: Reading, draft: ModelDraft) -> None:
    """Add what the rules imply, and note which attributes hold owners."""
    for rule, place in _rules(draft):
        if rule.get("allow") == "owner":
            _owner(reading, draft, rule, place)
        elif rule.get("allow") == "groups":
            _group(reading, draft, rule, place)


def owner_note(generation: Generation, rule: Rule) -> str:
    """What an owner attribute holds. The API shows only the last part of it."""
    claim = rule.get("identityClaim")
    custom = isinstance(claim, str) and claim not in {
        "username", "cognito:username", "sub::username",
    }  # fmt: skip
    if custom:
        return f"owner: the claim {claim}"
    if generation == "v1":
        return "owner: the user name"
    return "owner: <sub>::<user name>, in older items the user name alone"


def _rules(draft: ModelDraft) -> Iterator[tuple[Rule, Place]]:
    directives: list[Directive] = draft.type.directives_named("auth")
    for field in draft.type.fields.values():
        directives += [one for one in field.directives if one.name == "auth"]
    for directive in directives:
        rules = directive.arguments.get("rules")
        for rule in rules if isinstance(rules, list) else [rules]:
            if isinstance(rule, dict):
                yield rule, directive.place


def _owner(reading: Reading, draft: ModelDraft, rule: Rule, place: Place) -> None:
    chosen = rule.get("ownerField")
    name = chosen if isinstance(chosen, str) and chosen else "owner"
    if name in draft.owner_attributes:
        return
    note = owner_note(reading.generation, rule)
    declared = draft.attributes.get(name)
    if declared is None:
        draft.add(Attribute(name, TypeRef("String", "scalar"), "owner", place, note))
    elif not declared.note:
        draft.attributes[name] = replace(declared, note=note)
    draft.owner_attributes.append(name)


def _group(reading: Reading, draft: ModelDraft, rule: Rule, place: Place) -> None:
    """Groups named in the rule store nothing; a field of groups must be declared."""
    chosen = rule.get("groupsField")
    if "groups" in rule and chosen is None:
        return
    name = chosen if isinstance(chosen, str) and chosen else "groups"
    declared = draft.attributes.get(name)
    if declared is None:
        message = f"a rule of {draft.name} reads groups from {name!r}, which is not declared"
        reading.find("group-field-not-declared", place, message, draft.name)
    elif not declared.note:
        draft.attributes[name] = replace(declared, note="names of Cognito groups")
