"""What an item costs between its bytes and its COPY line: `python -m benchmarks.row_function`.

Method: the rehearsal's own sample, model by model, best of five rounds of CPU time. `complete` is
decoding and the complete path, `lane` the fast lane alone; `declined` is the share of items that
the lane leaves to the complete path, rejects among them. Numbers of one run compare with each
other, not with another machine's.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import orjson

from migrate.item.decode import decoded
from migrate.item.refusal import Refusal
from migrate.mapping.compile import RowFunction
from migrate.mapping.files import load_mappings
from migrate.mapping.lane import FastLane
from migrate.rehearse.sample.generate import generate

_ROUNDS = 5
_ITEMS_OF_A_MODEL_MAX = 2_000


def sample(items: int) -> dict[str, list[bytes]]:
    """Raw items by model."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for model, item in generate(items, 1):
        if len(found[model]) < _ITEMS_OF_A_MODEL_MAX:
            found[model].append(orjson.dumps(item))
    return found


def complete(function: RowFunction, raws: Sequence[bytes]) -> None:
    """Map every item by the complete path."""
    for raw in raws:
        try:
            function(decoded(raw))
        except Refusal:
            continue


def microseconds(work: Callable[[], object], items: int) -> float:
    """CPU time an item."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best / items * 1e6


@click.command()
@click.option("--items", type=int, default=20_000, help="Items of the sample, all models together.")
@click.option("--model", multiple=True, help="Only these models.")
def main(items: int, model: tuple[str, ...]) -> None:
    """Print one line a model."""
    click.echo("CPU us an item; bytes an item; share declined")
    raws_of = sample(items)
    for mapping in load_mappings(Path("mappings/hugmedo")):
        raws = raws_of[mapping.model]
        if not raws or (model and mapping.model not in model):
            continue
        function, lane = RowFunction(mapping), FastLane(mapping)
        before = microseconds(lambda f=function, r=raws: complete(f, r), len(raws))  # type: ignore[misc]
        after = microseconds(lambda one=lane, r=raws: one.map_items(r), len(raws))  # type: ignore[misc]
        declined = len(lane.map_items(raws).left) / len(raws)
        size = sum(map(len, raws)) / len(raws)
        click.echo(
            f"{mapping.model:20} {len(raws):>6,} items {size:7,.0f} bytes"
            f"  complete {before:6.1f}  lane {after:6.1f}  declined {declined:6.1%}"
        )


if __name__ == "__main__":
    main()
