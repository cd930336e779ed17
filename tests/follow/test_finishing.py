"""What `finalise`, `validate`, `status` and `rejects retry` make of a followed copy."""

from __future__ import annotations

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.retry import retry
from migrate.pipeline.review import status_of
from migrate.pipeline.verify import verify
from tests.follow.followed_world import FollowedWorld
from tests.small_world import PERSON, VISIT, catalogue, changed, person, visit

KEEP_FIRST = changed(PERSON, duplicates="keep-first-by age")


def numbers_of(world: FollowedWorld) -> list[str]:
    return world.numbers("app.persons")


def test_foreign_keys_stay_off_until_the_drain(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1))
    world.start(job)
    assert "visits_person_id_fkey" not in str(catalogue(world))
    assert "persons_code_key" in str(catalogue(world))
    finalise(job)
    assert "visits_person_id_fkey" in str(catalogue(world))


def test_changes_that_are_not_applied_forbid_the_last_finalise(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.start(job)
    world.change("Person", person(1))
    with pytest.raises(AskOperatorError, match="1 captured changes of Person are not applied"):
        finalise(job)
    finalise(job, foreign_keys=False)
    world.follow(job)
    finalise(job)
    assert numbers_of(world) == ["1"]


def test_a_gap_forbids_the_last_finalise(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.start(job)
    world.set_state("Person", 1, "lost", "the stream was switched off")
    with pytest.raises(AskOperatorError, match="copied again: the stream was switched off"):
        finalise(job)


def test_all_who_wait_for_one_value_are_rejected_with_who_has_it(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"), person(4))
    world.start(job)
    world.change("Person", person(2, code="a"), person(3, code="a"))
    world.follow(job)
    finalise(job)
    assert numbers_of(world) == ["4"]
    assert world.rejects() == [("Person", n, "duplicate", "") for n in "123"]
    assert verify(job, rules=None).passed


def test_the_first_of_those_who_wait_stands(world: FollowedWorld) -> None:
    job = world.job(KEEP_FIRST)
    world.put("Person", person(1, code="a", age=9))
    world.start(job)
    world.change("Person", person(2, code="a", age=3), person(3, code="a", age=5))
    world.follow(job)
    finalise(job)
    assert numbers_of(world) == ["2"]
    assert [number for _, number, _, _ in world.rejects()] == ["1", "3"]
    result = world.rows("select applied, rejected from migrate.applied")
    assert result == [(1, 1)]
    assert verify(job, rules=None).passed


def test_a_duplicate_whose_rival_went_stands_in_the_end(world: FollowedWorld) -> None:
    """No change of its own ever comes."""
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"), person(2, code="a"))
    world.start(job)
    assert numbers_of(world) == []
    world.remove("Person", 1)
    world.follow(job)
    finalise(job)
    assert numbers_of(world) == ["2"]
    assert world.rejects() == []
    assert verify(job, rules=None).passed


def test_a_stopped_judgement_of_those_who_wait_goes_on(
    world: FollowedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Person", person(2, code="a"))
    world.follow(job)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("migrate.pipeline.settle.retry_clashes", stopped)
        with pytest.raises(KeyboardInterrupt):
            finalise(job)
    finalise(job)
    assert numbers_of(world) == []
    assert world.waiting() == []
    assert verify(job, rules=None).passed


def test_children_that_came_before_their_parents_are_no_orphans(world: FollowedWorld) -> None:
    job = world.job()
    world.start(job)
    world.change("Visit", visit(1, of=1), visit(2, of=2))
    world.follow(job)
    world.change("Person", person(1))
    world.follow(job)
    finalise(job)
    assert world.numbers("app.visits") == ["1"]
    assert world.rejects() == [("Visit", "2", "orphan", "")]
    assert verify(job, rules=None).passed


def test_nothing_is_called_equal_while_changes_are_not_applied(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.start(job)
    finalise(job)
    assert verify(job, rules=None).verdict == "equal"
    world.change("Person", person(1))
    found = verify(job, rules=None)
    assert found.verdict == "unfinished"
    assert "1 captured changes of Person are not applied" in found.unfinished


def test_a_reject_that_the_source_does_not_have_any_more_is_told(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, age={"S": "old"}))
    world.start(job)
    finalise(job)
    world.delete("Person", 1)
    found = verify(job, rules=None)
    assert not found.passed
    [account] = found.accounts.models
    assert account.reasons == ("rejected: the ledger says 1, the verifier counted 0",)


def test_a_retry_leaves_a_key_with_a_newer_change_to_follow(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, age={"S": "old"}), person(2, age={"S": "old"}))
    world.start(job)
    world.put("Person", person(2, age=2))
    world.change("Person", person(1, age=1))
    result = retry(job)
    assert (result.tried, result.loaded, result.left_to_follow) == (2, 1, 1)
    assert numbers_of(world) == ["2"]
    world.follow(job)
    assert numbers_of(world) == ["1", "2"]
    assert world.rejects() == []


def test_what_was_captured_before_a_gap_keeps_no_reject(world: FollowedWorld) -> None:
    """The copy was made anew behind the gap: nobody will ever apply those changes."""
    job = world.job(KEEP_FIRST)
    world.start(job)
    world.change("Person", person(1, code="a", age=1))
    world.set_state("Person", 1, "lost", "trimmed")
    world.pin_model("Person", 3)
    world.put("Person", person(2, code="a", age=2))
    world.load(job, again=True)
    world.change("Person", person(1, code="a", age=5), number=3)
    world.follow(job)
    finalise(job)
    assert numbers_of(world) == ["2"]
    assert verify(job, rules=None).passed


def test_status_tells_of_every_captured_table(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Person", person(2, code="a"), person(3), person(3, age=1))
    world.follow(job)
    world.change("Visit", visit(1, of=1))
    world.set_state("Visit", 1, "lost", "the stream was made anew")
    persons, visits = status_of(job)["follow"]
    counts = ("captured", "applied", "superseded", "rejected", "waiting", "lag_records")
    assert [persons[name] for name in counts] == [3, 1, 1, 0, 1, 1]
    assert (persons["state"], persons["problem"]) == ("following", "")
    assert (visits["state"], visits["problem"]) == ("copy again", "the stream was made anew")
    assert visits["lag_records"] == 1


def test_before_a_load_status_tells_what_is_captured(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.pin(job)
    world.change("Person", person(1))
    found = status_of(job)
    assert found["run_id"] is None
    assert [one["state"] for one in found["follow"]] == ["behind"]
    assert VISIT["source"]["model"] not in str(found["follow"])
