"""The small source and target that reconciliations are tried on."""

from __future__ import annotations

import pytest

from tests.validate.world import World


@pytest.fixture
def world(postgres_url: str, dynamodb_endpoint: str) -> World:
    made = World(postgres_url, dynamodb_endpoint)
    made.fill()
    return made
