"""Chapters of the handbook that tell about holidays. Words of the audit trail for what is done
here: the room, then what happened. The declaration of holidays."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.platform.handbook.places import Chapters
from kash.platform.web.formats import local_today
from kash.platform.web.parts import ActionWords, SampleId, SettingLine
from kash.policy import Role
from kash.workshops.holidays import blueprint, views
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.holidays.queries import CALENDAR, count_from

CHAPTERS = Chapters(
    {
        "holidays": {
            Role.ADMINISTRATOR: "administrator#settings",
            Role.DIRECTOR: "administrator#settings",
        }
    }
)


ACTION_WORDS = ActionWords(
    {
        "holidays.added": _l("settings: holiday added"),
        "holidays.removed": _l("settings: holiday removed"),
    }
)


def _line(count: int) -> str:
    if not count:
        return _("Add what is gazetted or follows the moon.")
    return _("Those of the law, and days that were added from today on: %(count)s", count=count)


def _ahead(_now: object) -> Select[int]:
    return count_from(local_today())


FEATURE = Feature(
    "holidays",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        CALENDAR,
        SettingLine("work", 60, "holidays.index", _l("Holidays"), "calendar", _line, _ahead),
        SampleId(
            "/settings/holidays/<public_id>",
            lambda _: select(LocalHoliday.public_id).order_by(LocalHoliday.id),
        ),
    ),
)
