"""Lines of the settings about people, with what holds now."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.people.models import Organisation
from kash.people.queries.organisations import groups
from kash.platform.web.setting_lines import SettingLine, in_use


def _groups(_count: int) -> str:
    return ", ".join(f"{group.letter} {group.name}" for group in groups())


def _organisations(_now: object) -> Select[Any]:
    return select(func.count(Organisation.id))


LINES = (
    SettingLine("programme", 30, "people.groups", _l("Groups"), "people", _groups),
    SettingLine(
        "programme",
        40,
        "people.organisations",
        _l("Organisations"),
        "organisation",
        in_use,
        _organisations,
        always=True,
    ),
)
