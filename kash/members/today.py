"""The vault's members on Today: whoever waits for keys."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from kash.members.queries import waiting_to_be_let_in
from kash.platform.vault import Compartment
from kash.platform.web.beginning import BeginningStep
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role


def _to_let_in(asked: Viewer) -> Sequence[TodayLine]:
    count = waiting_to_be_let_in(asked.actor)
    if not count:
        return []
    return [
        TodayLine(
            _("Somebody waits for keys of the vault"),
            url_for("members.members"),
            _("You hold them: compare four words aloud, then let this person in."),
            key=count,
            button=_("See who"),
        )
    ]


TODAY = (
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
