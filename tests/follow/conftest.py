"""Fixtures of the follow tests: a small world that is followed, and loads without processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.follow.followed_world import FollowedWorld, followed_world
from tests.follow.random_histories import inline_workers


@pytest.fixture
def world(postgres_url: str) -> Iterator[FollowedWorld]:
    with followed_world(postgres_url) as found:
        yield found


@pytest.fixture(autouse=True)
def inline() -> Iterator[None]:
    with inline_workers():
        yield
