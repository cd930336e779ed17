"""Writes changes to the tables: each item's in their order, those of different items at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from migrate.rehearse.sample.write import BATCH_ITEMS, THREADS, write_requests
from migrate.rehearse.writer.operation import Operation


class WriterTables:
    """`names`: model to table. `client` is a low-level DynamoDB client. A context manager, whose
    end waits for the requests under way."""

    def __init__(self, client: Any, names: dict[str, str]) -> None:
        self._client = client
        self._names = names
        self._pool = ThreadPoolExecutor(THREADS)

    def __enter__(self) -> WriterTables:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def write(self, operations: Sequence[Operation]) -> None:
        """Write all of them; raises what a request raised."""
        for wave in _waves(operations):
            for done in [self._pool.submit(request) for request in self._requests(wave)]:
                done.result()

    def _requests(self, wave: Sequence[Operation]) -> Iterator[Callable[[], object]]:
        """Several puts and deletes are one request, an update is always one of its own."""
        whole = [one for one in wave if one.action != "update"]
        for start in range(0, len(whole), BATCH_ITEMS):
            batch = whole[start : start + BATCH_ITEMS]
            yield (
                partial(self._alone, batch[0])
                if len(batch) == 1
                else partial(write_requests, self._client, [self._request(one) for one in batch])
            )
        for one in wave:
            if one.action == "update":
                yield partial(self._update, one)

    def _request(self, one: Operation) -> tuple[str, dict[str, Any]]:
        if one.action == "put":
            return self._names[one.model], {"PutRequest": {"Item": one.item}}
        return self._names[one.model], {"DeleteRequest": {"Key": one.key}}

    def _alone(self, one: Operation) -> None:
        table = self._names[one.model]
        if one.action == "put":
            self._client.put_item(TableName=table, Item=one.item)
        else:
            self._client.delete_item(TableName=table, Key=one.key)

    def _update(self, one: Operation) -> None:
        placeholders = {name: f"#n{n}" for n, name in enumerate([*one.item, *one.removed])}
        sets = ", ".join(f"{placeholders[name]} = :v{n}" for n, name in enumerate(one.item))
        removes = ", ".join(placeholders[name] for name in one.removed)
        self._client.update_item(
            TableName=self._names[one.model],
            Key=one.key,
            UpdateExpression=f"SET {sets}" + (f" REMOVE {removes}" if removes else ""),
            ExpressionAttributeNames={short: name for name, short in placeholders.items()},
            ExpressionAttributeValues={f":v{n}": one.item[name] for n, name in enumerate(one.item)},
        )


def _waves(operations: Sequence[Operation]) -> list[list[Operation]]:
    """No item stands twice in a wave: DynamoDB refuses that in one request, and requests at the
    same time have no order."""
    waves: list[list[Operation]] = []
    seen: Counter[str] = Counter()
    for one in operations:
        name = f"{one.model} {sorted(map(str, one.key.items()))}"
        if seen[name] == len(waves):
            waves.append([])
        waves[seen[name]].append(one)
        seen[name] += 1
    return waves
