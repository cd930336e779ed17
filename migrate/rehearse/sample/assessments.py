"""Assessments: sessions, questions, responses and results."""

from __future__ import annotations

from typing import Any

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import number_as_text, point_nowhere, put
from migrate.rehearse.sample.instants import DAY_MS, HOUR_MS, MINUTE_MS, iso
from migrate.rehearse.sample.people import any_doctor, any_user
from migrate.rehearse.sample.stored import (
    Change,
    Item,
    Sample,
    Spot,
    null,
    number,
    owner,
    plain,
    seldom_null,
    stored,
    text,
)

# Scale and its highest score.
_SCALES = (("PHQ9", 27), ("GAD7", 21), ("EPDS", 30), ("K6", 24))
_DIALECTS = ("STANDARD", "KANSAI", "TOHOKU", "HAKATA", "OKINAWA")
_CATEGORIES = ("気分", "睡眠", "食欲", "不安", "集中")
_OPTIONS = ("まったくない", "数日", "半分以上", "ほとんど毎日")
_QUESTIONS = (
    "物事に対してほとんど興味がない、または楽しめない",
    "気分が落ち込む、憂うつになる、または絶望的な気持ちになる",
    "寝付きが悪い、途中で目がさめる、または逆に眠り過ぎる",
    "疲れた感じがする、または気力がない",
    "あまり食欲がない、または食べ過ぎる",
)


def session(sample: Sample, index: int) -> Item:
    dice = sample.dice("AssessmentSession", index)
    created = sample.created_ms("AssessmentSession", index)
    user = _user_of(sample, index)
    has_result = index < sample.sound("AssessmentResult")
    status = "COMPLETED" if has_result else dice.pick(("STARTED", "IN_PROGRESS", "EXPIRED"))
    active = created + dice.below(HOUR_MS)
    result = text(sample.uid("AssessmentResult", index)) if has_result else None
    doctor = sample.uid("User", any_doctor(sample, dice))
    attributes = {
        "id": text(sample.uid("AssessmentSession", index)),
        "userId": text(sample.uid("User", user)),
        "assessmentType": text(_SCALES[index % len(_SCALES)][0]),
        "dialect": text(dice.pick(_DIALECTS)),
        "status": text(status),
        "lastActivityAt": text(iso(active)),
        "completedAt": text(iso(active + MINUTE_MS)) if has_result else dice.pick((null(), None)),
        "expiresAt": number((created + DAY_MS) // 1000),
        "createdBy": seldom_null(dice, text(doctor), there=30),
        "assessmentSessionResultId": result or dice.pick((null(), None)),
        "metadata": seldom_null(dice, plain({"entry": "QR", "facility": 3}), there=50),
        "owner": owner(sample, user),
    }
    return stored("AssessmentSession", attributes, created, dice)


def _user_of(sample: Sample, session: int) -> int:
    return any_user(sample, sample.dice("assessed", session))


def question(sample: Sample, index: int) -> Item:
    dice = sample.dice("AssessmentQuestion", index)
    order = index // len(_SCALES) + 1
    wording = _QUESTIONS[index % len(_QUESTIONS)]
    dialects: list[Any] = [
        {"dialect": "KANSAI", "text": f"{wording}ことあらへん？"},
        {"dialect": "OKINAWA", "text": f"{wording}さー"},
    ]
    follow_up = {"minimumScore": 2, "action": "notify_doctor"}
    attributes = {
        "id": text(sample.uid("AssessmentQuestion", index)),
        "assessmentType": text(_SCALES[index % len(_SCALES)][0]),
        "text": text(wording),
        "dialectTexts": seldom_null(dice, plain(dialects[: dice.below(3)]), there=80),
        "responseType": text(dice.pick(("SCALE", "SCALE", "CHOICE", "YES_NO", "FREE_TEXT"))),
        "responseOptions": plain(
            [{"value": value, "label": label} for value, label in enumerate(_OPTIONS)]
        ),
        "order": number(order),
        "category": text(_CATEGORIES[index % len(_CATEGORIES)]),
        "followUpTrigger": seldom_null(dice, plain(follow_up), there=30),
        "active": dice.pick(({"BOOL": True}, {"BOOL": False}, None)),
    }
    created = sample.created_ms("AssessmentQuestion", index)
    return stored("AssessmentQuestion", attributes, created, dice)


def response(sample: Sample, index: int) -> Item:
    dice = sample.dice("AssessmentResponse", index)
    session = index % sample.sound("AssessmentSession")
    created = sample.created_ms("AssessmentSession", session) + dice.below(HOUR_MS)
    choice = dice.below(len(_OPTIONS))
    data: dict[str, Any] = {"value": choice, "label": _OPTIONS[choice]}
    if dice.percent(10):
        data["comment"] = f"{dice.pick(words.CHILDREN)}の{dice.pick(words.SYMPTOMS)}が心配です"
    attributes = {
        "id": text(sample.uid("AssessmentResponse", index)),
        "sessionId": text(sample.uid("AssessmentSession", session)),
        "questionId": text(sample.uid("AssessmentQuestion", _question_of(sample, session, dice))),
        "responseData": plain(data),
        "responseTimeMs": seldom_null(dice, number(300 + dice.below(60_000)), there=90),
        "metadata": seldom_null(dice, plain({"retries": dice.below(3)}), there=30),
        "owner": owner(sample, _user_of(sample, session)),
    }
    return stored("AssessmentResponse", attributes, created, dice)


def _question_of(sample: Sample, session: int, dice: Dice) -> int:
    """A question of the session's scale, where there are enough questions."""
    questions = sample.sound("AssessmentQuestion")
    rounds = questions // len(_SCALES)
    if not rounds:
        return dice.below(questions)
    return len(_SCALES) * dice.below(rounds) + session % len(_SCALES)


def result(sample: Sample, index: int) -> Item:
    """Result n belongs to session n: sound results never outnumber sound sessions."""
    dice = sample.dice("AssessmentResult", index)
    scale, highest = _SCALES[index % len(_SCALES)]
    total = dice.below(highest + 1)
    grave = total * 2 > highest
    created = sample.created_ms("AssessmentSession", index) + 2 * HOUR_MS
    reviewed = dice.percent(60)
    doctor = sample.uid("User", any_doctor(sample, dice))
    attributes = {
        "id": text(sample.uid("AssessmentResult", index)),
        "sessionId": text(sample.uid("AssessmentSession", index)),
        "scores": plain({"scale": scale, "total": total, "minimum": 0, "maximum": highest}),
        "interpretation": plain({"severity": "重度" if grave else "軽度", "flags": []}),
        "recommendations": seldom_null(dice, plain(["休息", "相談窓口の案内"]), there=60),
        "followUpRequired": {"BOOL": grave},
        "summary": seldom_null(dice, text(f"合計{total}点。{dice.pick(words.ADVICE)}"), there=70),
        "reviewedBy": text(doctor) if reviewed else None,
        "reviewedAt": text(iso(created + dice.below(5 * DAY_MS))) if reviewed else None,
        "owner": owner(sample, _user_of(sample, index)),
    }
    return stored("AssessmentResult", attributes, created, dice)


def _contradicting_result(sample: Sample, item: Item, spot: Spot) -> None:
    """The session claims a result that names another session as its own."""
    claimed = spot.number % max(1, sample.sound("AssessmentResult"))
    item["assessmentSessionResultId"] = text(sample.uid("AssessmentResult", claimed))


def _no_last_activity(_sample: Sample, item: Item, spot: Spot) -> None:
    item.pop("lastActivityAt")
    if spot.number % 2:
        item["lastActivityAt"] = null()


def _time_as_text(_sample: Sample, item: Item, spot: Spot) -> None:
    item["responseTimeMs"] = text(("850", "1.2e3", "0920.0")[spot.number % 3])


def _session_without_result(sample: Sample, place: int) -> int:
    """A sound session that no sound result belongs to."""
    return sample.sound("AssessmentResult") + place


def _second_of_one_session(sample: Sample, item: Item, spot: Spot) -> None:
    session = _session_without_result(sample, spot.number // 2)
    item["sessionId"] = text(sample.uid("AssessmentSession", session))


def _scores_as_text(sample: Sample, item: Item, spot: Spot) -> None:
    pairs = sample.span("AssessmentResult.second-of-one-session").count // 2
    session = _session_without_result(sample, pairs + spot.number)
    scale, highest = _SCALES[session % len(_SCALES)]
    item["sessionId"] = text(sample.uid("AssessmentSession", session))
    item["scores"] = text(f'{{"scale":"{scale}","total":7,"minimum":0,"maximum":{highest}}}')


_DATA = '{"value":1,"label":"数日","weight":0.10,"note":"\\ud83d\\ude0a"}'

CHANGES: dict[str, Change] = {
    "AssessmentSession.contradicting-result": _contradicting_result,
    "AssessmentSession.no-last-activity": _no_last_activity,
    "AssessmentQuestion.order-as-text": number_as_text("order"),
    "AssessmentQuestion.active-null": put("active", null()),
    "AssessmentResponse.orphan-session": point_nowhere("sessionId"),
    "AssessmentResponse.time-with-fraction": put("responseTimeMs", {"N": "1234.5"}),
    "AssessmentResponse.cut-off-json-text": put("responseData", text(_DATA[:-9])),
    "AssessmentResponse.nul-in-json-text": put(
        "responseData", text('{"value":2,"label":"半分\\u0000以上"}')
    ),
    "AssessmentResponse.time-as-text": _time_as_text,
    "AssessmentResponse.data-as-text": put("responseData", text(_DATA)),
    "AssessmentResult.second-of-one-session": _second_of_one_session,
    "AssessmentResult.scores-as-text": _scores_as_text,
}
