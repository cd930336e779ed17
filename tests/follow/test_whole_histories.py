"""A slice of the whole histories; the soak's family `copy-histories` runs more."""

from __future__ import annotations

import pytest

from tests.follow.whole_histories import run_case


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_copy_ends_as_a_fresh_load_or_says_copy_again(
    seed: int, postgres_server_url: str
) -> None:
    run_case(seed, postgres_server_url)
