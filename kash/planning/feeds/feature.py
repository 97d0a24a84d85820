"""Chapters of the handbook that tell about feeds. Columns of this room's tables, sorted by what
they hold about a person. The section on the page of one's own account. Words of the audit trail
for what is done here: the room, then what happened. The declaration of feeds."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.people.connections.queries import OpenWay
from kash.people.erasure import about_things
from kash.people.models import Venue
from kash.planning.feeds import blueprint, views
from kash.planning.feeds.models import CalendarAddress
from kash.planning.feeds.queries import own_address
from kash.planning.feeds.services import end_with_access
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.policy import SIGNED_IN, Actor, Role

CHAPTERS = Chapters(
    {
        "feeds": "signing-in#your-calendar-on-your-phone",
        "feeds.venues": {
            Role.TRAINER: "trainer#plan-a-workshop",
            Role.DIRECTOR: "director#people-workshops-attendance",
        },
    }
)


PERSONAL = (*about_things(calendar_address="token_hash"),)


def of_account(public_id: str, actor: Actor) -> tuple[CalendarAddress | None] | None:
    """The address of one's own calendar in a tuple, which is None where there is none; None on
    another's page."""
    return (own_address(actor),) if actor.public_id == public_id else None


ACTION_WORDS = ActionWords(
    {
        "feeds.address_ended": _l("calendars: address ended"),
        "feeds.address_made": _l("calendars: address made"),
    }
)


FEATURE = Feature(
    "feeds",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        OpenWay(
            10,
            _l("Calendars by an address"),
            _l(
                "Where somebody has to be and when, to everybody who has the address; of a "
                "venue, when it is taken."
            ),
            "feeds.own",
            SIGNED_IN,
        ),
        NamedPage("feeds.own", _l("Your calendar on your phone"), SIGNED_IN, 96),
        NamedPage("feeds.venues", _l("Calendars of venues"), "feeds.venues", 97),
        PageSection("account", "feeds/account_section.html", of_account),
        Revocation("calendar_address", _l("The address of its calendar ends"), end_with_access),
        SampleId("/feeds/venues/<public_id>", lambda _: select(Venue.public_id)),
    ),
)
