"""A few of the seeded accidents; the soak benchmark runs the many."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interrupt import random_export_cases
from tests.interrupt.random_cases import run_case


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_load_ends_equal_whatever_happened_to_it(
    seed: int, postgres_server_url: str, dynamodb_endpoint: str
) -> None:
    run_case(seed, postgres_server_url, dynamodb_endpoint)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_load_of_exports_ends_equal_whatever_happened_to_it(
    seed: int, postgres_server_url: str, dynamodb_endpoint: str
) -> None:
    random_export_cases.run_case(seed, postgres_server_url, dynamodb_endpoint)
