"""Chapters of the handbook that tell about absences and venues. Columns of this room's tables,
sorted by what they hold about a person. Words of the audit trail for what is done here: the room,
then what happened. The declaration of availability."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.accounts.models import Account, AccountRole
from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.people.erasure import FreeText, about_things, free_texts
from kash.people.models import Venue, Zone
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import Chore
from kash.platform.web.parts import ActionWords, NamedPage, SampleId, SettingLine, in_use
from kash.policy import GRANTS, Role
from kash.workshops.availability import absences_blueprint, venues_blueprint, views
from kash.workshops.availability.models import Absence, VenueBlock
from kash.workshops.availability.queries import CALENDAR
from kash.workshops.availability.services import BLOCKS, forget_leaver, forget_past_days

CHAPTERS = Chapters(
    {
        "absences": {
            Role.TRAINER: "trainer#when-you-are-away",
            Role.DIRECTOR: "director#who-is-away-and-venues",
        },
        "venues": {
            Role.TRAINER: "trainer#venues",
            Role.DIRECTOR: "director#who-is-away-and-venues",
            Role.MONITORING: "monitoring#what-you-see",
            Role.ADMINISTRATOR: "administrator#settings",
        },
    }
)


PERSONAL = (
    *free_texts("venue_block.reason"),
    FreeText("absence.note_sealed", kind="absence.note"),
    *about_things(absence="kind", teaching_days="weekdays"),
)


ACTION_WORDS = ActionWords(
    {
        "absences.added": _l("absences: written down"),
        "absences.changed": _l("absences: changed"),
        "absences.removed": _l("absences: removed"),
        "absences.teaching_days_said": _l("absences: teaching days changed"),
        "venues.minutes_typed": _l("venues: minutes between areas typed"),
    }
)


def _venues(_now: object) -> Select[int]:
    return select(func.count(Venue.id)).where(Venue.active)


def _who_teaches(_known: object) -> Select[str]:
    roles = [str(role) for role in GRANTS["absences.write"]]
    return (
        select(Account.public_id)
        .join(AccountRole)
        .where(Account.active, AccountRole.role.in_(roles))
        .order_by(AccountRole.role.desc(), Account.id)
    )


FEATURE = Feature(
    "availability",
    modules=(views,),
    blueprints=(absences_blueprint, venues_blueprint),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *CALENDAR,
        NamedPage("absences.index", _l("Absences"), "absences.see", 26),
        NamedPage("venues.index", _l("Venues"), "venues.see", 27),
        SettingLine("programme", 60, "venues.index", _l("Venues"), "place", in_use, _venues),
        Revocation("availability.forget_leaver", _l("Absences are forgotten"), forget_leaver),
        Chore("forget_past_days", lambda: forget_past_days(utc_now()), minutes=60),
        SampleId("/absences/<public_id>", lambda _: select(Absence.public_id).order_by(Absence.id)),
        SampleId("/absences/teaching/<public_id>", _who_teaches),
        SampleId(
            "/venues/<public_id>",
            # One of which there is something to show.
            lambda _: (
                select(Venue.public_id)
                .outerjoin(VenueBlock, VenueBlock.venue_id == Venue.id)
                .order_by(VenueBlock.id.is_(None), Venue.id)
            ),
        ),
        *BLOCKS.parts,
        SampleId("/venues/travel/<public_id>", lambda _: select(Zone.public_id).order_by(Zone.id)),
    ),
)
