"""The endpoint of a service: alive while it tells of progress, ready while its copies are good."""

from __future__ import annotations

import http.client
from collections.abc import Callable

import pytest

from migrate.errors import FixInputError, RetryLaterError
from migrate.observe import FollowProgress, Note, silent
from migrate.observe.endpoint import Metric, Pulse, Readiness, listening


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def served(read: Callable[[], Readiness], *paths: str) -> list[tuple[int, str]]:
    with listening("127.0.0.1:0", Pulse(silent), read) as port:
        return [ask(port, path) for path in paths]


def test_metrics_carry_their_labels() -> None:
    state = Readiness(metrics=[Metric("migrate_lag_seconds", "Lag", 2.5, {"model": "User"})])
    [(code, text)] = served(lambda: state, "/metrics")
    assert code == 200
    assert 'migrate_lag_seconds{model="User"} 2.5' in text
    assert "migrate_silent_seconds" in text


def test_it_is_ready_only_without_reasons() -> None:
    assert served(Readiness, "/readyz") == [(200, "ready\n")]
    found = served(lambda: Readiness(["User must be copied again"]), "/readyz")
    assert found == [(503, "User must be copied again\n")]


def test_a_target_that_is_away_is_not_ready_and_the_service_still_alive() -> None:
    def read() -> Readiness:
        raise RetryLaterError("the target cannot be reached", "")

    assert served(read, "/readyz", "/healthz") == [
        (503, "the target cannot be reached\n"),
        (200, "ok\n"),
    ]


def test_a_service_that_tells_of_no_progress_is_not_healthy() -> None:
    seconds = [0.0]
    pulse = Pulse(silent, lambda: seconds[0])
    with listening("127.0.0.1:0", pulse, Readiness) as port:
        seconds[0] = 130.0
        pulse(Note("a word is no progress"))
        assert ask(port, "/healthz") == (503, "no progress for 130 s\n")
        pulse(FollowProgress(1, 0, 0, 0.0, 1.0))
        assert ask(port, "/healthz") == (200, "ok\n")


def test_nothing_else_is_served() -> None:
    assert served(Readiness, "/")[0][0] == 404


@pytest.mark.parametrize("address", ["nowhere", "host:port", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with (
        pytest.raises(FixInputError, match="no address"),
        listening(address, Pulse(silent), Readiness),
    ):
        pass


def test_a_port_that_is_taken_is_named() -> None:
    with (
        listening("127.0.0.1:0", Pulse(silent), Readiness) as port,
        pytest.raises(FixInputError, match="cannot listen"),
        listening(f"127.0.0.1:{port}", Pulse(silent), Readiness),
    ):
        pass
