"""The declaration of feeds."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.revocations import Revocation
from kash.connections.kinds import OpenWay
from kash.feature import Feature
from kash.feeds import blueprint, views
from kash.feeds.chapters import CHAPTERS
from kash.feeds.personal import PERSONAL
from kash.feeds.queries import count_venue_addresses
from kash.feeds.sections import of_account
from kash.feeds.services import end_with_access
from kash.feeds.trail_words import ACTION_WORDS
from kash.people.models import Venue
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine, in_use
from kash.policy import SIGNED_IN

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
                "Where one has to be and when, to whoever has the address; of a venue, when it is"
                " taken."
            ),
            "feeds.own",
            SIGNED_IN,
        ),
        NamedPage("feeds.own", _l("Your calendar on your phone"), SIGNED_IN, 96),
        NamedPage("feeds.venues", _l("Calendars of venues"), "feeds.venues", 97),
        PageSection("account", "feeds/account_section.html", of_account),
        Revocation("calendar_address", _l("The address of its calendar ends"), end_with_access),
        SettingLine(
            "work",
            45,
            "feeds.venues",
            _l("Calendars of venues"),
            "calendar",
            in_use,
            count_venue_addresses,
        ),
        SampleId("/feeds/venues/<public_id>", lambda _: select(Venue.public_id)),
    ),
)
