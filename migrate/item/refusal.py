"""Why an item, or an element of a list, cannot become rows."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - the field's own word; it is an answer, not a failure
    """A broken rule. `rule` is one of docs/reference/mapping-language.md; it carries no value."""

    def __init__(self, rule: str, attribute: str = "") -> None:
        super().__init__(rule, attribute)
        self.rule = rule
        self.attribute = attribute
        self.table = ""
        self.column = ""
