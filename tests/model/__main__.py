"""`python -m tests.model`: the numbers and the counterexamples as the documentation shows them."""

from __future__ import annotations

import sys

from tests.model.cases import BROKEN, GAPS, HOLDS, NOT_NEEDED
from tests.model.explore import explore


def main() -> None:
    """Print them all."""
    for case in (*HOLDS, *GAPS, *NOT_NEEDED):
        found = explore(case.bounds, case.rules)
        sys.stdout.write(f"{found.row(case.name)}\n{found.wrong or ''}")
    for case in BROKEN:
        sys.stdout.write(f"\n### {case.name}\n\n{explore(case.bounds, case.rules).wrong}\n")


main()
