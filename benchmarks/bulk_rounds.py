"""Lines that are compared run in turns, several rounds, so that a slow minute hits them alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable

import click

Line = Callable[[], float]
"""Runs once and says how long it took, in seconds."""


def alternating(lines: dict[str, Line], rounds: int) -> dict[str, list[float]]:
    """The seconds of each line, one a round; every other round runs them backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in lines}
    for number in range(rounds):
        order = list(lines) if number % 2 == 0 else list(reversed(lines))
        for name in order:
            gc.collect()
            taken = lines[name]()
            seconds[name].append(round(taken, 3))
            click.echo(f"  round {number + 1}: {name:<28} {taken:9.3f} s", err=True)
    return seconds


def middle(seconds: list[float]) -> float:
    """The median of the rounds."""
    return round(statistics.median(seconds), 3)


def ratio(above: list[float], below: list[float]) -> float:
    """Median over median, cut to three places."""
    return round(statistics.median(above) / max(statistics.median(below), 1e-9), 3)
