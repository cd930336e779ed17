"""Families of generated examples: more than a test suite's slice, in chunks of one seed each."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator

from benchmarks.soak_case import Case

_CHUNK = 1_000


def agreement(seed: int, only: str, count: int) -> Iterator[Case]:
    """Generated mappings and items: the compiled path and the verifier's reading agree."""
    return _chunks("agreement", "tests.mapping.test_agreement", seed, only, count)


def lint(seed: int, only: str, count: int) -> Iterator[Case]:
    """Mutated mapping texts: valid, or problems with their places."""
    return _chunks("lint", "tests.mapping.test_lint_fuzz", seed, only, count)


def _chunks(name: str, module: str, seed: int, only: str, count: int) -> Iterator[Case]:
    run = importlib.import_module(module).run
    for number, begin in enumerate(range(0, count, _CHUNK)):
        title = f"{name} seed {seed + number}"
        if only not in title:
            continue
        examples = min(_CHUNK, count - begin)
        started, problems = time.monotonic(), []
        try:
            run(seed + number, examples)
        except Exception as broken:  # noqa: BLE001 - whatever an example makes happen is a finding
            # Hypothesis puts the smallest such example into the notes; it is made up, not data.
            notes = getattr(broken, "__notes__", [])
            problems = ["\n".join([f"{type(broken).__name__}: {broken}", *notes])]
        seconds = time.monotonic() - started
        yield Case(title, seconds, problems, {"seed": seed + number, "examples": examples})
