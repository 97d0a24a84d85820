"""The declaration of availability."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.accounts.models import Account, AccountRole
from kash.accounts.revocations import Revocation
from kash.availability import absences_blueprint, venues_blueprint, views
from kash.availability.calendar import CALENDAR
from kash.availability.chapters import CHAPTERS
from kash.availability.models import Absence, VenueBlock
from kash.availability.personal import PERSONAL
from kash.availability.services.absences import forget_leaver, forget_past_days
from kash.availability.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.people.models import Venue, Zone
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.hits import NamedPage
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine, in_use
from kash.policy import GRANTS


def _venues(_now: object) -> Select[int]:
    return select(func.count(Venue.id)).where(Venue.active)


def _blocks(known: Mapping[str, str]) -> Select[str]:
    return (
        select(VenueBlock.public_id)
        .join(VenueBlock.venue)
        .where(Venue.public_id == known["public_id"])
        .order_by(VenueBlock.id)
    )


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
        SampleId(
            "/absences/<public_id>",
            lambda _: select(Absence.public_id).order_by(Absence.id),
        ),
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
        SampleId("/venues/<public_id>/blocks/<block_id>", _blocks),
        SampleId("/venues/travel/<public_id>", lambda _: select(Zone.public_id).order_by(Zone.id)),
    ),
)
