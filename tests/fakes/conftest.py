"""A fake with one table and its stream, served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.fakes.fake_world import World, definition


@pytest.fixture
def world() -> Iterator[World]:
    clock = FakeClock()
    fake = FakeDynamoDB(clock, seed=11)
    with serving(fake) as endpoint:
        made = World(endpoint, fake, clock)
        made.dynamodb.create_table(**definition())
        yield made
        made.close()
