"""Random histories: with faults, splits, long stops and kills, what is captured is what was."""

from __future__ import annotations

import pytest

from tests.pipeline.capture_histories import run_case


@pytest.mark.parametrize("seed", range(12))
def test_what_is_captured_is_what_was_or_the_gap_is_named(postgres_url: str, seed: int) -> None:
    run_case(postgres_url, seed)
