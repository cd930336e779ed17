"""Suites and foreign rows as parts of a verification, its criteria and its record."""

from __future__ import annotations

import pytest

from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from migrate.pipeline.verify import verify
from migrate.rehearse.judgement import judged
from migrate.rehearse.profile import Profile
from migrate.rehearse.recording import suites_of
from migrate.validate.suites.check import Check, Suite
from migrate.validate.suites.forms import Between
from tests.small_world import API_ID, ENVIRONMENT, PERSON, REGION, SmallWorld, changed, person, uid

pytestmark = pytest.mark.usefixtures("inline")

_SAYS = {"ja": "年齢は0以上である", "en": "nobody is younger than 0"}
_RULES = [
    Suite(
        "persons",
        (
            Check(
                "age-is-not-negative",
                "app.persons",
                Between.model_validate({"column": "age", "min": 0}),
                _SAYS,
            ),
        ),
    )
]
_OURS = changed(PERSON, owns={"where": "badge IS NULL OR badge < 1000"})
_PROFILE = Profile.model_validate(
    {
        "profile": "local",
        "source": {"api_id": API_ID.ljust(26, "0"), "environment": ENVIRONMENT, "region": REGION},
        "target": {},
    }
)


def test_a_broken_rule_stands_in_the_way_and_a_foreign_row_does_not(world: SmallWorld) -> None:
    world.put("Person", person(1, age=-5), person(2, age=3))
    job = world.job(_OURS)
    load(job)
    finalise(job)
    world.sql(f"INSERT INTO app.persons (id, badge, age) VALUES ('{uid(9)}', 5000, -9)")

    found = verify(job, rules=_RULES)

    assert found.verdict == "equal"
    assert (found.suites_unmet, found.passed) == (1, False)
    assert found.foreign == {"app.persons": 1}
    assert world.numbers("app.persons") == ["1", "2", "9"]
    (criterion,) = (c for c in judged(_PROFILE, found, [], 1.0) if c.id == "suites")
    assert (criterion.threshold, criterion.actual, criterion.passed) == (0, 1, False)
    generated, persons = suites_of(found)
    assert (generated.suite, generated.passed) == ("generated:app.persons", True)
    assert persons.failures == (
        {
            "check": "age-is-not-negative",
            "table": "app.persons",
            "column": "age",
            "says": _SAYS,
            "severity": "error",
            "failed": 1,
            "keys": [{"id": uid(1)}],
        },
    )


def test_without_suites_none_are_told_of(world: SmallWorld) -> None:
    job = world.job(_OURS)
    load(job)
    finalise(job)
    found = verify(job, rules=None)
    assert (found.suites, found.passed) == ([], True)
