"""The declaration of people and of the directory of services."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.people import blueprint, directory, views, words
from kash.people.chapters import CHAPTERS
from kash.people.commands import people_commands
from kash.people.documents.consents import make_consent_forms
from kash.people.hits import FOUND
from kash.people.leading import person_address
from kash.people.missing import MISSING
from kash.people.models import ErasureRequest, Group, Organisation
from kash.people.personal import PERSONAL
from kash.people.personal_beneath import BENEATH
from kash.people.queries.places import zone_names
from kash.people.services.consents import CONSENT_FORMS
from kash.people.services.duplicates import SWEEP, forget_old_merges, nightly, sweep
from kash.people.services.lists import READ, SAVE, read_list, save_list
from kash.people.services.merging import REFERENCES
from kash.people.services.minors import note_who_came_of_age
from kash.people.services.old_lists import throw_away_old
from kash.people.setting_lines import LINES
from kash.people.today import TODAY
from kash.people.trail_words import ACTION_WORDS
from kash.platform.database import utc_now
from kash.platform.jobs import Chore, JobKind
from kash.platform.web.formats import to_local
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId

FEATURE = Feature(
    "people",
    modules=(views,),
    blueprints=(directory, blueprint),
    commands=(people_commands,),
    words={
        # Offered wherever an area is typed; asked for only where it is.
        "zone_names": zone_names,
        "person_address": person_address,
        "erasure_words": {"state": words.ERASURE, "tone": words.ERASURE_TONE},
        "contact_words": {"state": words.REQUEST, "tone": words.REQUEST_TONE},
    },
    parts=(
        *PERSONAL,
        *BENEATH,
        ACTION_WORDS,
        CHAPTERS,
        Destination("people.index", _l("People"), "people", "people.find", 30, phone=True),
        Destination(
            "people.index",
            _l("My page"),
            "people",
            "people.see",
            40,
            phone=True,
            unless="people.find",
        ),
        Destination("directory.index", _l("Services"), "directory", "directory.see", 140),
        *TODAY,
        *MISSING,
        *FOUND,
        *LINES,
        *REFERENCES,
        SampleId("/people/groups/<public_id>", lambda _: select(Group.public_id)),
        SampleId("/people/lists/templates/<group_id>", lambda _: select(Group.public_id)),
        SampleId(
            "/people/erasures/<request_id>",
            lambda _: select(ErasureRequest.public_id).order_by(
                ErasureRequest.state != "waiting", ErasureRequest.id
            ),
        ),
        SampleId("/people/organisations/<public_id>", lambda _: select(Organisation.public_id)),
        JobKind(SWEEP, sweep, resumable=True, heavy=True),
        Chore("look_for_duplicates", nightly, minutes=60),
        Chore("forget_merges", forget_old_merges, minutes=15),
        JobKind(READ, read_list, resumable=True, heavy=True),
        JobKind(SAVE, save_list, resumable=True, heavy=True),
        Chore("throw_away_old_lists", throw_away_old, minutes=30),
        Chore(
            "people_come_of_age",
            lambda: note_who_came_of_age(to_local(utc_now()).date()),
            minutes=60,
        ),
        JobKind(CONSENT_FORMS, make_consent_forms, resumable=True, heavy=True),
    ),
)
