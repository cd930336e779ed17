"""A command that uses the local servers until its input ends; tests stop it in hard ways."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psycopg

from migrate.rehearse.stack.stack import local_stack


def main() -> None:
    with local_stack(Path(sys.argv[1]), need_source=True, need_target=True) as stack:
        try:
            _say({"endpoint": stack.dynamodb_endpoint, "url": stack.target_url})
            sys.stdin.read()
        except KeyboardInterrupt:
            assert stack.target_url is not None
            with psycopg.connect(stack.target_url) as connection:
                _say({"after_interrupt": connection.execute("SELECT 1").fetchone()})


def _say(fact: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


main()
