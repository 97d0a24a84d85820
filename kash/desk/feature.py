"""Chapters of the handbook that tell about the first page, search and settings. Words of the audit
trail for what is done here. The declaration of the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select

from kash.desk import blueprint, missing_pages, search_page, settings, setup, views
from kash.desk.missing_today import MISSING_NEED
from kash.desk.search import PAGES
from kash.desk.services import CASES_CHANGED, CHANGED, SENT_BACK
from kash.desk.settings.choices import CHOICES_WAIT, LINE
from kash.desk.settings.lines import LINES
from kash.desk.today import MACHINE
from kash.feature import Feature
from kash.people.models import Zone
from kash.platform.handbook.places import OFFICER, OWN, Chapters, each, peers
from kash.platform.web.parts import ActionWords, Destination, NamedPage, SampleId
from kash.policy import SIGNED_IN, Role

CHAPTERS = Chapters(
    {
        "jobs": OWN,
        "desk": {
            Role.ADMINISTRATOR: "administrator#settings",
            Role.DIRECTOR: "administrator#settings",
        },
        "desk.today": peers(
            "peer-educator#what-you-see",
            {
                Role.ADMINISTRATOR: OWN,
                Role.DIRECTOR: "director#today",
                Role.TRAINER: "trainer#today",
                Role.MONITORING: OWN,
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: "custodian#custodians",
                Role.FUNDER: OWN,
            },
        ),
        **each(
            "desk",
            "search_page find",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.ADMINISTRATOR: OWN,
                    Role.DIRECTOR: "director#search-everything",
                    Role.TRAINER: "trainer#search-everything",
                    Role.MONITORING: "monitoring#search-everything",
                    Role.DOCUMENTATION: f"{OFFICER}#search-everything",
                    Role.CUSTODIAN: f"{OFFICER}#search-everything",
                    Role.FUNDER: OWN,
                },
            ),
        ),
        **each(
            "desk",
            "missing missing_kind missing_table",
            {
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.TRAINER: "trainer#missing-information",
                Role.MONITORING: "monitoring#missing-information",
            },
        ),
        "desk.quiet_people": dict.fromkeys(
            (Role.DIRECTOR, Role.TRAINER, Role.MONITORING, Role.DOCUMENTATION, Role.CUSTODIAN),
            "privacy#what-is-kept-of-using-kash",
        ),
        "desk.set_up": "signing-in",
    }
)


ACTION_WORDS = ActionWords(
    {
        "choices.decided": _l("settings: decided what the programme uses"),
        "choices.proposed": _l("settings: proposed what the programme uses"),
        "records.missing_exported": _l("records: table of what is missing exported"),
    }
)


FEATURE = Feature(
    "desk",
    modules=(missing_pages, search_page, settings, setup, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "desk.today", _l("Today"), "today", SIGNED_IN, 10, phone=True, covers=("/missing",)
        ),
        Destination(
            "desk.oversight",
            _l("Oversight"),
            "accounts",
            "audit.see",
            150,
            covers=(
                "/access",
                "/accounts",
                "/audit",
                "/breaches",
                "/certificates/keys",
                "/funders",
                "/settings/archive",
                "/tokens",
            ),
        ),
        Destination(
            "desk.settings",
            _l("Settings"),
            "settings",
            "settings.see",
            160,
            covers=("/connections", "/dhis2", "/messages", "/people/groups", "/venues"),
        ),
        MACHINE,
        MISSING_NEED,
        PAGES,
        NamedPage("desk.missing", _l("Missing information"), "records.missing", 96),
        NamedPage("desk.edit_programme", _l("Programme"), "settings.edit", 180),
        *LINES,
        LINE,
        CHOICES_WAIT,
        CHANGED,
        CASES_CHANGED,
        SENT_BACK,
        SampleId("/missing/<kind>", lambda _: select(literal("registers"))),
        SampleId("/settings/zones/<public_id>", lambda _: select(Zone.public_id)),
    ),
)
