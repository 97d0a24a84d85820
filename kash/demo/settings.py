"""Settings of the sample programme: areas, places, a mark, an agenda, words on paper."""

from __future__ import annotations

import io
from datetime import date

from kash.accounts.services.programme import change_settings
from kash.attendance.rules.marking import Tone
from kash.attendance.services.statuses import StatusDetails, add_status
from kash.demo.accounts import ADMINISTRATOR, TRAINER
from kash.demo.availability import set_up_venues
from kash.demo.meetings import FORUM
from kash.demo.people import WARDS
from kash.desk.logo import prepared_logo
from kash.forums.rules.agenda import PlannedItem
from kash.forums.services.series import change_forum
from kash.forums.services.templates import add_template
from kash.holidays.services import HolidayDetails, add_holiday
from kash.people.services.places import ZoneDetails, add_zone
from kash.platform import storage
from kash.platform.database import new_public_id
from kash.policy import Actor

COUNTY = "Kisumu"

_AGENDA = (
    PlannedItem("Opening", 10),
    PlannedItem("Minutes of the last meeting", 10),
    PlannedItem("", 30, "arising"),
    PlannedItem("What went well, and what did not", 40),
    PlannedItem("Plans until the next meeting", 25),
    PlannedItem("Any other business", 5),
)


def set_up_areas(actors: dict[str, Actor]) -> dict[str, str]:
    """The wards within their sub-county; public ids by name."""
    by = actors[ADMINISTRATOR.key]
    county = add_zone(ZoneDetails(COUNTY, "county"), by)
    central = add_zone(ZoneDetails("Kisumu Central", "sub_county", county), by)
    # The last ones are left as they were typed, so that there is something to unify.
    wards = {ward: add_zone(ZoneDetails(ward, "ward", central), by) for ward in WARDS[:-2]}
    return {COUNTY: county, **wards}


def set_up_the_rest(actors: dict[str, Actor], areas: dict[str, str], forum: str) -> None:
    """Set up all that can be told of places once workshops named them, and all else."""
    by, secretary = actors[ADMINISTRATOR.key], actors[TRAINER.key]
    set_up_venues(actors, areas)
    add_status(StatusDetails("by telephone", "T", 50, Tone.WARN), by)
    template = add_template("Monthly review", "en", _AGENDA, secretary)
    change_forum(forum, name=FORUM, template=template, by=secretary)
    add_holiday(
        HolidayDetails(date(2027, 3, 10), "Idd-ul-Fitr", "Awaited; the moon decides"), by=by
    )
    key = f"programme/{new_public_id()}.png"
    storage.put(key, prepared_logo(_sample_logo()))
    change_settings(
        by,
        "paper",
        "paper",
        {
            "address": "P.O. Box 0000\nKisumu",
            "footer": "Programme, Kisumu",
            "logo": key,
            "logo_on": ["consents"],
        },
    )


def _sample_logo() -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (960, 480), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((60, 60, 420, 420), fill="#0b5f6b")
    pen.arc((60, 180, 900, 540), 200, 340, fill="#0b5f6b", width=28)
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()
