"""Every kind of finding, and the way to make one.

The choices a writer makes for many fields at once are listed in `notes.py`.
"""

from __future__ import annotations

from migrate.amplify.graph import Finding, Place
from migrate.amplify.kinds_of_account import ACCOUNT_KINDS
from migrate.amplify.kinds_of_reading import READING_KINDS
from migrate.amplify.kinds_of_writing import WRITING_KINDS

FINDING_KINDS = {kind.code: kind for kind in (*READING_KINDS, *WRITING_KINDS, *ACCOUNT_KINDS)}


def finding(
    code: str, place: Place, message: str, subject: str = "", choices: tuple[str, ...] = ()
) -> Finding:
    """A finding of a listed kind. `choices` replace those of the kind."""
    kind = FINDING_KINDS[code]
    return Finding(code, kind.severity, place, message, choices or kind.choices, subject)
