"""Users: sound ones, and the planted ones that differ from them."""

from __future__ import annotations

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import put, renamed, without
from migrate.rehearse.sample.instants import DAY_MS, day
from migrate.rehearse.sample.stored import (
    Attribute,
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
    username,
)

# Of every 20 users: who works where. Others are guardians.
_ROLES = {
    0: "DOCTOR",
    1: "ADMIN",
    2: "DOCTOR",
    3: "NURSE",
    4: "NURSE",
    **dict.fromkeys(range(5, 9), "CHILDCARE_STAFF"),
}
_CYCLE = 20


def names_of(sample: Sample, user: int) -> tuple[str, str]:
    """(given name, surname) of a user: attendees show it, too."""
    dice = sample.dice("name", user)
    return dice.pick(words.GIVEN_NAMES), dice.pick(words.SURNAMES)


def any_user(sample: Sample, dice: Dice) -> int:
    return dice.below(sample.sound("User"))


def any_doctor(sample: Sample, dice: Dice) -> int:
    return _CYCLE * dice.below((sample.sound("User") - 1) // _CYCLE + 1)


def user(sample: Sample, index: int) -> Item:
    dice = sample.dice("User", index)
    created = sample.created_ms("User", index)
    given, surname = names_of(sample, index)
    role = _ROLES.get(index % _CYCLE, "GUARDIAN")
    login = created + dice.below(300 * DAY_MS)
    return stored(
        "User",
        {
            "id": text(sample.uid("User", index)),
            "email": text(f"user{index:07d}@{dice.pick(('hoiku', 'youchien', 'family'))}.example"),
            "cognitoId": text(username(sample, index)),
            "firstName": text(given),
            "lastName": text(surname),
            "role": text(role),
            "status": text(dice.pick(("ACTIVE",) * 17 + ("INACTIVE",) * 2 + ("PENDING",))),
            "lastLoginAt": seldom_null(dice, number(login // 1000), there=85),
            "phoneNumber": seldom_null(dice, text(_phone(dice)), there=90),
            "dateOfBirth": seldom_null(dice, text(day(dice.below(35 * 365 * DAY_MS))), there=90),
            "gender": seldom_null(
                dice, text(dice.pick(("FEMALE", "MALE", "OTHER", "UNANSWERED"))), there=80
            ),
            "address": seldom_null(dice, _address(dice), there=85),
            "profileImage": seldom_null(dice, _image(sample, index), there=40),
            "medicalHistory": _history(dice) if role == "GUARDIAN" else None,
            "specialties": _specialties(dice) if role == "DOCTOR" else None,
            "licenseNumber": text(f"第{dice.below(900000) + 100000}号")
            if role == "DOCTOR"
            else None,
            "settings": _settings(dice),
            "metadata": seldom_null(dice, _metadata(dice), there=60),
            "owner": owner(sample, index),
        },
        created,
        dice,
    )


def _phone(dice: Dice) -> str:
    rest = f"{dice.below(10**8):08d}"
    return dice.pick((f"+8190{rest}", f"080-{rest[:4]}-{rest[4:]}", f"070 {rest[:4]} {rest[4:]}"))


def _address(dice: Dice) -> Attribute:
    prefecture, city, code = dice.pick(words.CITIES)
    line = f"{dice.below(5) + 1}丁目{dice.below(30) + 1}−{dice.below(20) + 1}"
    building = dice.pick((None, "", f"コーポ青葉{dice.below(4) + 1}0{dice.below(9) + 1}"))
    return plain(
        {
            "postalCode": code,
            "prefecture": prefecture,
            "city": city,
            "line": line,
            "building": building,
        }
    )


def _image(sample: Sample, index: int) -> Attribute:
    key = f"profiles/{sample.uid('image', index)}/写真.jpg"
    return plain({"bucket": "hugmedo-storage-prod", "region": "ap-northeast-1", "key": key})


def _history(dice: Dice) -> Attribute:
    allergies = [dice.pick(("卵", "牛乳", "小麦", "そば", "ピーナッツ"))] * dice.below(2)
    vaccinations = [{"name": "MR", "dose": dice.below(2) + 1}] if dice.percent(70) else []
    note = dice.pick(("", "熱性けいれんの既往あり", "喘息（軽症・持続型）で通院中"))
    return plain({"allergies": allergies, "vaccinations": vaccinations, "note": note})


def _specialties(dice: Dice) -> Attribute:
    all_of_them = ("小児科", "児童精神科", "皮膚科", "耳鼻咽喉科", 'アレルギー科 "専門医"')
    return plain([name for name in all_of_them if dice.percent(40)])


def _settings(dice: Dice) -> Attribute | None:
    if dice.percent(10):
        return None
    chosen: dict[str, object] = {
        "language": dice.pick(("ja",) * 8 + ("en", "vi", "pt-BR")),
        "theme": dice.pick(("LIGHT", "DARK", "SYSTEM", None)),
        "timezone": "Asia/Tokyo",
    }
    if dice.percent(80):
        chosen["notificationPreferences"] = {"email": dice.percent(90), "push": dice.percent(70)}
    return plain(chosen)


def _metadata(dice: Dice) -> Attribute:
    facility = dice.pick(words.FACILITIES)
    return plain({"facility": facility, "classroom": f"{dice.below(6)}歳児", "consent": 2})


def _duplicate_email(_sample: Sample, item: Item, spot: Spot) -> None:
    item["email"] = text(f"family{spot.number // 2:06d}@twice.example")


def _former_and_present_names(_sample: Sample, item: Item, spot: Spot) -> None:
    """Renamed and married since: the present name counts. The former one may also be NULL."""
    item["familyName"] = text("旧姓") if spot.number % 2 else null()


_DIGITS = "12345678901234567890123456789012345678"

CHANGES: dict[str, Change] = {
    "User.host-with-map-for-date": put("lastLoginAt", {"M": {}}),
    "User.over-long-name": put("lastName", text("寿限無" * 34)),  # 102, 2 more than fit
    "User.duplicate-email": _duplicate_email,
    "User.removed-status": put("status", text("SUSPENDED")),
    "User.former-names": renamed({"firstName": "givenName", "lastName": "familyName"}),
    "User.former-and-present-names": _former_and_present_names,
    "User.number-of-38-digits": put(
        "metadata", {"M": {"ledger": {"N": _DIGITS}, "ratio": {"N": f"0.{_DIGITS}"}}}
    ),
    "User.metadata-as-text": put(
        "metadata", text('{"facility":"あおぞら保育園","rate":1.50,"tags":["😊",null]}')
    ),
    "User.birth-date-with-offset": put("dateOfBirth", text("1988-02-29+09:00")),
    "User.birth-date-with-z": put("dateOfBirth", text("2019-12-31Z")),
    "User.phone-absent": without("phoneNumber"),
    "User.phone-null": put("phoneNumber", null()),
    "User.phone-empty": put("phoneNumber", text("")),
    "User.no-settings": without("settings"),
}
