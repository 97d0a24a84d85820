"""The declaration of notices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select

from kash.feature import Feature
from kash.notices import blueprint, views
from kash.notices.calls import CALL
from kash.notices.chapters import CHAPTERS
from kash.notices.merging import REFERENCES
from kash.notices.personal import PERSONAL
from kash.notices.sections import person_rows
from kash.notices.services.sender_checks import check_sender
from kash.notices.services.sending import send_notices, shred_old_messages
from kash.notices.setting_lines import LINES
from kash.notices.today import TODAY
from kash.notices.trail_words import ACTION_WORDS
from kash.notices.views.stopping import take_without_token
from kash.people.models import Person
from kash.people.sections import PersonSection
from kash.platform.jobs import Chore
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId

_TEXT = "/messages/texts/<kind>"

FEATURE = Feature(
    "notices",
    modules=(views,),
    blueprints=(blueprint,),
    start=take_without_token,
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        CALL,
        Destination("notices.index", _l("Messages"), "message", "messages.see", 45),
        PersonSection(_l("Messages"), person_rows),
        *LINES,
        *REFERENCES,
        *TODAY,
        SampleId("/messages/people/<public_id>", lambda _: select(Person.public_id)),
        SampleId(_TEXT, lambda _: select(literal(CALL.name))),
        SampleId(f"{_TEXT}/<channel>", lambda _: select(literal("sms"))),
        SampleId(f"{_TEXT}/<channel>/<language>", lambda _: select(literal("en"))),
        Chore("send_notices", send_notices, minutes=1),
        Chore("check_sender", check_sender, minutes=1),
        Chore("shred_old_messages", shred_old_messages, minutes=60, at=41),
    ),
)
