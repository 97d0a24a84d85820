"""Chapters of the handbook that tell about the vault. The vault's members on Today: keys that are
not right, words to compare, and who waits. Words of the audit trail for what is done here: the
room, then what happened. The declaration of members of the vault. Clean-up of openings and forms
that are past their time, and a look at all keys."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists

from kash.accounts.members import blueprint, commands, views
from kash.accounts.members import feature as chores
from kash.accounts.members import queries as members_queries
from kash.accounts.members.rules import held_back_of
from kash.accounts.members.services.alarms import look_after_keys
from kash.accounts.members.services.vault_sessions import (
    close_with_sessions,
    forget_kept,
    forget_old,
)
from kash.accounts.members.vault_sessions import init_opening
from kash.accounts.members.views import moved
from kash.accounts.models import RoleChange, SessionEnd
from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.platform.handbook.places import Chapters, each
from kash.platform.jobs import Chore
from kash.platform.vault import Compartment, VaultMember, raised_alarms
from kash.platform.web.parts import ActionWords, Destination
from kash.platform.web.today import BeginningStep, Need, TodayLine, Viewer
from kash.policy import Role


def forget_openings() -> None:
    """Delete keys of grants that ran out, openings that closed by themselves, and kept forms; then
    check the keys that are sealed to."""
    forget_old()
    forget_kept()
    look_after_keys()


CHAPTERS = Chapters(
    {
        "members": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#open-and-close-it"
        )
        | {Role.ADMINISTRATOR: "administrator#keys-of-the-vault"},
        **each(
            "members",
            "keys begin passphrase",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#your-keys"),
        ),
        **each(
            "members",
            "identity_requests identity_request",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#read-an-identity"
            ),
        ),
        "members.remove": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#when-somebody-leaves"
        )
        | {Role.ADMINISTRATOR: "administrator#keys-of-the-vault"},
        "members.give_back": dict.fromkeys(
            (Role.ADMINISTRATOR, Role.DIRECTOR), "administrator#keys-of-the-vault"
        ),
    }
)


def _to_let_in(asked: Viewer) -> Sequence[TodayLine]:
    lines, mine = members_queries.others_of(asked.actor)
    count = sum(bool(line.waits_for & mine) for line in lines)
    waiting = [
        TodayLine(
            _("Somebody waits for keys of the vault"),
            url_for("members.members"),
            _("Compare four words aloud, then let this person in."),
            key=count,
            button=_("See who"),
        )
    ]
    comparing = [
        TodayLine(
            _("Compare four words with %(name)s", name=name),
            url_for("members.members"),
            _("Until the words are compared, no new keys are made for anybody."),
            icon="key",
            button=_("See who"),
            about=name,
        )
        for name in members_queries.to_be_compared(lines, mine)
    ]
    return [*waiting[: min(count, 1)], *comparing]


def _altered(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("vault.members") or not raised_alarms():
        return []
    return [
        TodayLine(
            _("A key of the vault is not the one that was made"),
            url_for("members.members"),
            _(
                "A key of the vault was altered in the database. Nothing is sealed to it. Tell "
                "the other members and the operator of the server now."
            ),
            icon="alert",
            button=_("See which"),
            tone="bad",
        )
    ]


def _decisions(asked: Viewer) -> Sequence[TodayLine]:
    """Keys that were held back, for who gives them back; and what somebody asked for, for who may
    agree."""
    lines = []
    for line in members_queries.member_lines(asked.actor):
        if line.withheld and not line.mine and asked.actor.may("accounts.propose"):
            lines.append(
                TodayLine(
                    _("The key of %(name)s is held back", name=line.name),
                    url_for("members.give_back", public_id=line.public_id),
                    _("Nobody else can open what this key opens."),
                    icon="key",
                    button=_("Give it back"),
                    about=line.name,
                )
            )
        removal = members_queries.removal_for(asked.actor, line.public_id)
        if removal.way == "agree":
            lines.append(
                TodayLine(
                    _("%(name)s asks that keys be taken away", name=removal.asked_by),
                    url_for("members.remove", public_id=line.public_id),
                    _("Those of %(name)s. Nobody else can open what they open.", name=line.name),
                    icon="key",
                    button=_("Decide"),
                    about=line.name,
                )
            )
    return lines


def _to_decide(asked: Viewer) -> ColumnElement[bool] | None:
    if not asked.actor.may("vault.members"):
        return None
    waiting = VaultMember.withheld_at.is_not(None) | VaultMember.removal_asked_at.is_not(None)
    return exists().where(waiting)


TODAY = (
    Need("keys_to_decide", 188, _decisions, exists=_to_decide),
    Need("key_altered", 1, _altered),
    Need("to_let_in", 190, _to_let_in),
    BeginningStep(
        "vault",
        _l("Make the keys of the vault"),
        _l("Reports can only be filed once there are keys."),
        "members.open_vault",
        {Role.DOCUMENTATION: 10},
        lambda: exists().where(Compartment.name == "case"),
    ),
    BeginningStep(
        "identity",
        _l("Make the keys of the vault"),
        _l("Who somebody is stays closed until a custodian has keys."),
        "members.open_vault",
        {Role.CUSTODIAN: 10},
        lambda: exists().where(Compartment.name == "identity"),
    ),
)


ACTION_WORDS = ActionWords({"members.joined": _l("members: joined")})


def _lost_with(public_id: str) -> Sequence[str]:
    return held_back_of(members_queries.left_without(public_id))


FEATURE = Feature(
    "members",
    choice="cases",
    rights=("vault",),
    modules=(chores, commands, views),
    start=init_opening,
    blueprints=(blueprint, moved),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination("members.open_vault", _l("Vault"), "key", "vault.open", 52),
        Destination(
            "members.members",
            _l("Vault"),
            "key",
            "vault.members",
            100,
            unless="vault.open",
            covers=("/w/v",),
        ),
        *TODAY,
        SessionEnd(close_with_sessions),
        RoleChange(members_queries.take_keys_with_roles),
        Revocation(
            "joining.take_all_keys",
            _l("Keys of the vault are taken away, or held back if nobody else has them"),
            members_queries.take_all_keys,
            _lost_with,
            members_queries.OUTCOMES,
            (members_queries.HELD_BACK,),
        ),
        Chore("forget_openings", forget_openings, minutes=5),
    ),
)
