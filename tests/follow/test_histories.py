"""A slice of the random histories; the soak's family `follow-histories` runs more."""

from __future__ import annotations

import pytest

from tests.follow.random_histories import run_case


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_followed_copy_ends_as_a_fresh_load(seed: int, postgres_server_url: str) -> None:
    run_case(seed, postgres_server_url)
