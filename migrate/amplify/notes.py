"""What a conversion has to say: findings about one thing, and those that hold for many fields.

A policy that touches many fields (how a timestamp is read, say) is one finding that lists them, so
that the page of findings stays readable for an app of fifty models.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.amplify.graph import Finding, Place, Severity

_LISTED_MAX = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """A choice made for many fields. `message` is completed by the fields it touched."""

    code: str
    severity: Severity
    message: str
    choices: tuple[str, ...]


# In the order in which they are shown. docs/reference/findings.md is made from this list.
POLICIES = (
    Policy(
        "required-unproven", "warning",
        "`!` is checked by the API only: rows from a Lambda, the console or an older schema may"
        " lack the value. These columns are `required`, so such an item is a reject, never a guess",
        ("prove it with `migrate inspect`", "`default: VALUE`", "remove `required: true`"),
    ),
    Policy(
        "orphans", "warning",
        "DynamoDB checks no reference: rows may point to what is gone. The mapping's"
        " `orphans: reject` makes such an item, and whoever points to it, a reject",
        ("`orphans: \"null\"` keeps the row without its link", "remove `references`",
         "`orphans: stop` ends the run"),
    ),
    Policy(
        "composite-key", "warning",
        "the sort key is one attribute `a#b` made of several fields. It becomes a text column"
        " of the primary key, because a row must be found by the DynamoDB key alone, and a part may"
        " itself hold `#`; the parts are columns beside it, with an index",
        ("keep it until the switch, then make the parts the primary key",
         "`uuid5` of both key attributes as the key"),
    ),
    Policy(
        "key-spellings", "warning",
        "a date or time is part of the key: two items whose keys spell one instant in two ways"
        " (`09:00Z`, `09:00:00.000Z`) have one row key, and both are rejected (`key-clash`)",
        ("`type: text` keeps each spelling",),
    ),
    Policy(
        "epoch-milliseconds", "warning",
        "an AWSTimestamp is in seconds, yet clients store Date.now(), which is milliseconds. These"
        " columns read seconds; milliseconds lie beyond the year 9999 and are rejected",
        ("`as: epoch-milliseconds` where all rows hold them",
         "`type: bigint` keeps the number as it is"),
    ),
    Policy(
        "timestamp-mixed", "warning",
        "the schema gives this timestamp another type than AWSDateTime, but Amplify fills it with"
        " ISO text when the client sends none: one attribute may hold both. A number is read as"
        " seconds beside the text; where the type is a date or time, both stay text",
        ("`as: epoch-milliseconds`", "the schema's type, which rejects the ISO texts"),
    ),
    Policy(
        "list-of-lists", "warning",
        "PostgreSQL's arrays cannot hold lists of different lengths: a list of lists is jsonb",
        ("keep jsonb",),
    ),
    Policy(
        "abstract-type", "warning",
        "an interface or union has no fixed shape: stored as jsonb",
        ("keep jsonb", "`leave` it with a reason"),
    ),
    Policy(
        "custom-type-cycle", "warning",
        "a custom type that contains itself cannot become columns or tables: jsonb from there on",
        ("keep jsonb",),
    ),
    Policy(
        "removed-enum-values", "info",
        "rows keep enum values that were removed from the schema; the value map rejects them by"
        " name (`unknown-value`)",
        ("add the old value to `values`", "`unlisted: keep`", "`unlisted: nothing`"),
    ),
    Policy(
        "json-text", "info",
        "AppSync stores AWSJSON as a map, list, text or number. A client that stringified twice, or"
        " a Lambda, leaves text that holds JSON: it stays a JSON string",
        ("`as: json-text` parses it",),
    ),
    Policy(
        "date-offset", "info",
        "AWSDate and AWSTime may carry an offset, which PostgreSQL's date and time cannot keep:"
        " such a value is rejected (`date-offset`)",
        ("`offset: drop` keeps the date or time as written", "`type: text` keeps all of it"),
    ),
    Policy(
        "null-list-elements", "info",
        "a NULL element of a list has no row in a child table: such an item is rejected"
        " (`null-element`)",
        ("`bad_element: element` rejects the element alone", "keep the list as jsonb"),
    ),
    Policy(
        "empty-map", "info",
        "columns cannot tell a map that is absent from one whose fields are all absent",
        ("`--custom-types jsonb` keeps the difference",),
    ),
    Policy(
        "empty-reference", "info",
        "a foreign key that holds an empty text points to nothing: it becomes SQL NULL",
        ("`on_empty: reject`",),
    ),
    Policy(
        "default-not-backfilled", "info",
        "a default acted when an item was created through the API, and on no older item: absent"
        " stays SQL NULL",
        ("`default: VALUE` fills it in",),
    ),
    Policy(
        "owner-forms", "info",
        "an owner is written `<user name>` by old versions and `<sub>::<user name>` by new ones;"
        " both forms may stand in one table, and the text is kept as it is. A user who moves to"
        " another pool gets another sub",
        ("`call: module:function` to bring both forms to one",),
    ),
    Policy(
        "computed-field", "info",
        "a resolver computes this field, so items normally lack it; the mapping leaves it",
        ("map it with `from` if `migrate inspect` finds values",),
    ),
    Policy(
        "composite-attribute", "info",
        "an attribute `a#b` repeats its parts, joined by `#`, for an index: it is left, and the"
        " index is made of the parts",
        ("let `migrate inspect` compare it with its parts",),
    ),
    Policy(
        "data-class", "info",
        "no column says what kind of data it holds, so reports mask every value as medical",
        ("`class: public`, `internal`, `personal` or `medical` per column",),
    ),
    Policy(
        "ids-as-text", "info",
        "an ID is a uuid only where Amplify made it: a client may send any text, so it is text",
        ("`--ids uuid` once `migrate inspect` has seen nothing else",),
    ),
)  # fmt: skip


@dataclass
class Notes:
    """Collects findings while a mapping is drafted."""

    single: list[Finding] = field(default_factory=list)
    _touched: dict[str, dict[str, Place]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        self.single.append(finding)

    def touch(self, code: str, subject: str, place: Place) -> None:
        """A policy's choice was made for `subject` (`Model.field`)."""
        self._touched.setdefault(code, {}).setdefault(subject, place)

    def findings(self) -> list[Finding]:
        """All of them: first those about one thing, then the policies."""
        found = list(self.single)
        for policy in POLICIES:
            touched = self._touched.get(policy.code)
            if touched:
                found.append(_finding(policy, touched))
        return found


def _finding(policy: Policy, touched: dict[str, Place]) -> Finding:
    names = list(touched)
    listed = ", ".join(names[:_LISTED_MAX])
    more = len(names) - _LISTED_MAX
    fields = f"{listed} and {more} more" if more > 0 else listed
    return Finding(
        code=policy.code,
        severity=policy.severity,
        place=next(iter(touched.values())),
        message=f"{policy.message}: {fields}",
        choices=policy.choices,
        subject=names[0] if len(names) == 1 else "",
    )
