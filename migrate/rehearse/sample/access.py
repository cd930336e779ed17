"""Tokens, roles and permissions."""

from __future__ import annotations

from migrate.rehearse.sample import words
from migrate.rehearse.sample.chance import Dice
from migrate.rehearse.sample.changes import number_as_text, point_nowhere, point_to
from migrate.rehearse.sample.instants import DAY_MS, HOUR_MS, iso
from migrate.rehearse.sample.people import any_user
from migrate.rehearse.sample.stored import (
    Attribute,
    Change,
    Item,
    Sample,
    Spot,
    null,
    number,
    stored,
    text,
)

_ROLE_NAMES = ("管理者", "医師", "看護師", "保育士", "園長", "保護者", "事務", "監査")
_RESOURCES = ("meeting", "chat", "assessment", "appointment", "user", "audit", "report", "setting")
_ACTIONS = ("read", "create", "update", "delete", "export", "approve")


def role(sample: Sample, index: int) -> Item:
    dice = sample.dice("Role", index)
    name = _ROLE_NAMES[index % len(_ROLE_NAMES)]
    area = index // len(_ROLE_NAMES)
    attributes = {
        "id": text(sample.uid("Role", index)),
        "name": text(f"{name}（第{area}地区）" if area else name),
        "description": dice.pick((text(f"{name}の権限"), text(""), null(), None)),
    }
    return stored("Role", attributes, sample.created_ms("Role", index), dice)


def permission(sample: Sample, index: int) -> Item:
    dice = sample.dice("Permission", index)
    resource = _RESOURCES[index % len(_RESOURCES)]
    action = _ACTIONS[index // len(_RESOURCES) % len(_ACTIONS)]
    version = index // (len(_RESOURCES) * len(_ACTIONS))
    attributes = {
        "id": text(sample.uid("Permission", index)),
        "name": text(f"{resource}:{action}" + (f":v{version + 1}" if version else "")),
        "description": dice.pick((text(f"{resource} を {action} できる"), None)),
        "resource": text(resource),
        "action": text(action),
    }
    return stored("Permission", attributes, sample.created_ms("Permission", index), dice)


def role_permission(sample: Sample, index: int) -> Item:
    attributes: dict[str, Attribute | None] = {
        "id": text(sample.uid("RolePermissions", index)),
        **_pair(sample, index),
    }
    created = sample.created_ms("RolePermissions", index)
    return stored("RolePermissions", attributes, created, sample.dice("RolePermissions", index))


def _pair(sample: Sample, index: int) -> Item:
    roles, permissions = sample.sound("Role"), sample.sound("Permission")
    return {
        "roleId": text(sample.uid("Role", index % roles)),
        "permissionId": text(sample.uid("Permission", index // roles % permissions)),
    }


def refresh_token(sample: Sample, index: int) -> Item:
    dice = sample.dice("RefreshToken", index)
    created = sample.created_ms("RefreshToken", index)
    revoked = dice.percent(20)
    attributes = {
        "id": text(sample.uid("RefreshToken", index)),
        "userId": text(sample.uid("User", any_user(sample, dice))),
        "token": text("rt_" + sample.uid("refresh", index).replace("-", "")),
        "expiresAt": number((created + 30 * DAY_MS) // 1000),
        "revoked": {"BOOL": True} if revoked else dice.pick(({"BOOL": False}, null(), None)),
        "revokedAt": text(iso(created + dice.below(30 * DAY_MS))) if revoked else None,
        **_client(dice),
    }
    return stored("RefreshToken", attributes, created, dice)


def password_reset_token(sample: Sample, index: int) -> Item:
    dice = sample.dice("PasswordResetToken", index)
    created = sample.created_ms("PasswordResetToken", index)
    used = dice.percent(60)
    attributes = {
        "id": text(sample.uid("PasswordResetToken", index)),
        "userPasswordResetTokensId": text(sample.uid("User", any_user(sample, dice))),
        "token": text("pr_" + sample.uid("reset", index)),
        "expiresAt": text(iso(created + HOUR_MS)),
        "used": {"BOOL": True} if used else dice.pick(({"BOOL": False}, None)),
        "usedAt": text(iso(created + dice.below(HOUR_MS))) if used else null(),
        "ipAddress": _address(dice),
    }
    return stored("PasswordResetToken", attributes, created, dice)


def _client(dice: Dice) -> dict[str, Attribute | None]:
    return {"ipAddress": _address(dice), "userAgent": text(dice.pick(words.USER_AGENTS))}


def _address(dice: Dice) -> Attribute:
    # Addresses of the ranges that are kept for documentation.
    first, last = dice.below(9), dice.below(256)
    return text(dice.pick((f"192.0.2.{last}", f"2001:db8::{first}:{last:x}")))


def _token_stored_twice(sample: Sample, item: Item, spot: Spot) -> None:
    item["token"] = text("rt_" + sample.uid("refresh-twice", spot.number // 2).replace("-", ""))


def _revoked_as_text(sample: Sample, item: Item, spot: Spot) -> None:
    revoked = spot.number % 2 == 1
    item["revoked"] = text("true" if revoked else "false")
    item.pop("revokedAt", None)
    if revoked:
        item["revokedAt"] = text(iso(sample.created_ms("RefreshToken", spot.index) + HOUR_MS))


def _same_pair_again(sample: Sample, item: Item, spot: Spot) -> None:
    item.update(_pair(sample, spot.number % sample.sound("RolePermissions")))


CHANGES: dict[str, Change] = {
    "RefreshToken.of-rejected-host": point_to("userId", "User.host-with-map-for-date"),
    "RefreshToken.token-stored-twice": _token_stored_twice,
    "RefreshToken.expiry-as-text": number_as_text("expiresAt"),
    "RefreshToken.revoked-as-text": _revoked_as_text,
    "PasswordResetToken.orphan-user": point_nowhere("userPasswordResetTokensId"),
    "RolePermissions.same-pair-again": _same_pair_again,
}
