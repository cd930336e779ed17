"""A load with too many rejects stops while it runs, and goes on when more are allowed."""

from __future__ import annotations

from pathlib import Path

from migrate.pipeline.finalise import finalise
from tests.command_line import ended
from tests.interrupt.harness import WIDE, Interrupted
from tests.small_world import VISIT, SmallWorld, person
from tests.source.scripted_dynamodb import scripted


def test_too_many_rejects_stop_a_load_and_a_higher_limit_lets_it_go_on(
    tmp_path: Path, postgres_url: str, dynamodb_endpoint: str
) -> None:
    with scripted(dynamodb_endpoint) as script:
        case = Interrupted(tmp_path, SmallWorld(postgres_url, dynamodb_endpoint), script)
        wide = {"code": "x" * 100_000}
        bad = {"surprise": "x"}
        case.world.put("Person", *(person(n, **wide, **(bad if n % 3 else {})) for n in range(60)))
        case.project.profile(load={"rejects_max": 1})
        # A worker has committed a unit, and neither can end before it is stopped.
        script.hold_after(1)
        stopped = ended(case.load())
        assert (stopped.code, stopped.stdout) == (1, "")
        assert "the limit is 1 (load.rejects_max)" in stopped.stderr
        assert "the same command goes on" in stopped.stderr
        assert "Traceback" not in stopped.stderr
        case.let_go()
        case.wait_until_gone()
        assert 1 <= case.units() < 8
        case.project.profile(load={"rejects_max": "1 or 90%"})
        result = ended(case.load())
        assert result.code == 0, result.stderr
        assert (result.json["items"], result.json["rejected"]) == (60, 40)
        assert result.json["resumed_units"] > 0
        job = case.world.job(WIDE, VISIT)
        finalise(job)
        case.world.check(job)
