"""Lines of the settings about the programme, its paper and its registers."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.attendance.queries.statuses import statuses_for
from kash.attendance.wording import status_word
from kash.desk.settings.languages import accepted_by
from kash.desk.settings.programme import the_programme
from kash.people.models import Zone
from kash.platform.web.language import LANGUAGES
from kash.platform.web.programme import (
    contact_looks_a_day,
    days_backups_are_kept,
    paper_wording,
    retention,
)
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.platform.web.setting_lines import SettingLine, in_use


def _programme(_count: int) -> str:
    held = the_programme()
    spoken = ", ".join(LANGUAGES.get(code, code) for code in held.languages)
    return f"{held.name} · {held.neutral_name} · {held.zone} · {spoken}"


def _address(_count: int) -> str:
    address = public_address()
    return {
        AddressKind.OPEN: address,
        AddressKind.PLAIN: _(
            "%(address)s. Nothing protects what is sent there. Whoever runs the server sets"
            " KASH_PUBLIC_URL to an address that begins with https.",
            address=address,
        ),
        AddressKind.LOCAL: _(
            "%(address)s. Only the computer on which Kash runs can open it. Whoever runs the"
            " server sets KASH_PUBLIC_URL to the address that people use.",
            address=address,
        ),
    }[kind_of_address(address)]


def _statuses(_count: int) -> str:
    return ", ".join(status_word(status.code) for status in statuses_for("workshop"))


def _logo(_count: int) -> str:
    kept = paper_wording()
    if not kept.logo:
        return _("Usual words, no logo")
    return _("Logo on kinds of paper: %(count)s", count=len(kept.logo_on))


def _accepted(_count: int) -> str:
    reader = accepted_by()["luo"]
    if not reader:
        return _("Dholuo is not offered yet: nobody has accepted its words.")
    return _("Dholuo, accepted by %(name)s", name=reader)


def _retention(_count: int) -> str:
    kept = retention()
    return _(
        "Files %(hours)s h, ended sessions %(days)s d, backups %(backups)s d",
        hours=kept.job_results,
        days=kept.ended_sessions,
        backups=days_backups_are_kept(current_app.config["SETTINGS"]),
    )


def _looks(_count: int) -> str:
    return _("In a day without a reason: %(count)s", count=contact_looks_a_day())


def _zones(_now: object) -> Select[Any]:
    return select(func.count(Zone.id)).where(Zone.active)


LINES = (
    SettingLine(
        "programme",
        10,
        "desk.edit_programme",
        _l("Name, time zone and languages"),
        "edit",
        _programme,
        always=True,
    ),
    SettingLine(
        "programme",
        20,
        "",
        _l("Address of links and codes"),
        "connection",
        _address,
        always=True,
    ),
    SettingLine("programme", 50, "desk.zones", _l("Areas"), "directory", in_use, _zones),
    SettingLine("work", 10, "desk.statuses", _l("Marks on registers"), "check", _statuses),
    SettingLine("work", 40, "desk.paper", _l("Words and logo on paper"), "print", _logo),
    SettingLine(
        "work", 50, "desk.reporting_languages", _l("Languages of reports"), "message", _accepted
    ),
    SettingLine("safety", 10, "desk.retention", _l("How long things are kept"), "lock", _retention),
    SettingLine(
        "safety",
        20,
        "desk.contacts",
        _l("Looks at contacts"),
        "phone",
        _looks,
        always=True,
    ),
)
