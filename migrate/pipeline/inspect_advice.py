"""What the comments of a patch say about a finding: what it is, what was done, what can be done."""

from __future__ import annotations

WORDS = {
    "unknown-value": "values that the value map does not list",
    "required": "nothing where the column must hold something",
    "null-element": "NULL inside the list",
    "type-mismatch": "another type than the column takes",
    "never-present": "no item has this attribute",
    "epoch-unit": "numbers that look like the other unit of epoch",
    "json-in-text": "JSON written as text; it stays one string",
}

DONE = {
    "unknown-value": "added as those before them",
    "required": "required is false now, so an existing target's column must allow NULL",
    "null-element": "null_elements is keep now",
    "type-mismatch": "as is wider now",
    "bad-datetime": "as is wider now",
    "bad-date": "as is wider now",
    "out-of-range": "as names the other unit of epoch now",
}

ADVICE = {
    "unknown-value": "add them to values, or unlisted: keep | nothing; with a class of public or"
    " internal they are named here",
    "required": "a key must be there; mend it at the source",
    "too-long": "widen the type, or shorten it at the source",
    "type-mismatch": "mend it at the source, or take it as jsonb",
    "no-zone": "zone: says the offset they were written in",
    "too-precise": "finer: round | truncate loses digits by name",
    "date-offset": "offset: drop leaves it out by name",
    "null-element": "bad_element: element rejects these alone",
    "null-not-allowed": "on_null says what NULL becomes",
    "empty-not-allowed": "on_empty says what an empty string becomes",
    "out-of-range": "widen the type, or mend it at the source",
    "not-integer": "numeric takes fractions",
    "bad-number": "mend it at the source; text takes it as it is",
    "bad-time": "mend it at the source; text takes it as it is",
    "bad-base64": "take the export again, or write it again at the source",
    "duplicate-element": "two elements make the same row; mend it at the source, or bad_element:"
    " element rejects these alone",
    "function": "mend it at the source, or let the function take it",
    "bad-json": "without as: json-text it stays as one string",
    "bad-datetime": "mend it at the source; look at its forms in inspect.json",
    "bad-date": "mend it at the source; on_empty: nothing if they are empty",
    "bad-uuid": "text takes any id; on_empty: nothing if they are empty",
    "nul-character": "PostgreSQL cannot hold U+0000; mend it at the source",
    "bad-unicode": "PostgreSQL cannot hold half of a pair; mend it at the source",
    "never-present": "is it spelled as in the table?",
    "epoch-unit": "as: has one unit for all of them; mend the others at the source",
    "json-in-text": "as: json-text would parse it",
}
