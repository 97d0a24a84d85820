"""The vault's members on Today: keys that are not right, words to compare, and who waits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.members.queries import others_of, to_be_compared
from kash.platform.vault import Compartment, raised_alarms
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role


def _to_let_in(asked: Viewer) -> Sequence[TodayLine]:
    lines, mine = others_of(asked.actor)
    count = sum(bool(line.waits_for & mine) for line in lines)
    waiting = [
        TodayLine(
            _("Somebody waits for keys of the vault"),
            url_for("members.members"),
            _("You hold them: compare four words aloud, then let this person in."),
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
        for name in to_be_compared(lines, mine)
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
                "Somebody altered the database. Nothing is sealed to that key. Tell the other"
                " members and whoever runs the server now."
            ),
            icon="alert",
            button=_("See which"),
            tone="bad",
        )
    ]


TODAY = (
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
        _l("Who somebody is stays closed to everybody until a custodian has keys."),
        "members.open_vault",
        {Role.CUSTODIAN: 10},
        lambda: exists().where(Compartment.name == "identity"),
    ),
)
