"""The declaration of workshops."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists

from kash.accounts.holdings import Holding
from kash.attendance.owners import Owner
from kash.feature import Feature
from kash.people.erasure import stays
from kash.people.models import Person
from kash.people.quiet import StillActive
from kash.people.references import Reference
from kash.people.scope import ContactScope, OwnScope
from kash.people.sections import PersonSection
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.navigation import Destination
from kash.platform.web.own_events import OwnEvents
from kash.training.deliveries import Deliveries
from kash.training.queries import TaughtScope
from kash.workshops import answers, blueprint, views
from kash.workshops.bookings import BOOKINGS
from kash.workshops.calendar import CALENDAR
from kash.workshops.chapters import CHAPTERS
from kash.workshops.frame import person_rows
from kash.workshops.hits import FOUND
from kash.workshops.list_step import ENROL_LIST
from kash.workshops.merging import move_enrolments
from kash.workshops.missing import MISSING
from kash.workshops.models import Enrolment
from kash.workshops.offboarding import count_taught, pass_taught_on
from kash.workshops.personal import PERSONAL
from kash.workshops.queries.deliveries import last_minutes
from kash.workshops.queries.events import own_workshop_events
from kash.workshops.queries.meeting import met
from kash.workshops.queries.scope import may_mark_register, people_of, runs_for, versions_taught_to
from kash.workshops.seat_parts import SEATS
from kash.workshops.services.enrolment import take_in_walk_in
from kash.workshops.services.recording import forget_words
from kash.workshops.tabs import Tab
from kash.workshops.today import TODAY
from kash.workshops.trail_words import ACTION_WORDS
from kash.workshops.views.answers import join_answer_links
from kash.workshops.wording import (
    enrolment_word,
    left_out_word,
    oddity_sentence,
    pause_word,
    reached_word,
)


def _enrolled(since: datetime) -> ColumnElement[bool]:
    return exists().where(Enrolment.person_id == Person.id, Enrolment.changed_at >= since)


FEATURE = Feature(
    "workshops",
    modules=(views,),
    start=join_answer_links,
    blueprints=(blueprint, answers),
    filters={
        "enrolment_word": enrolment_word,
        "pause_word": pause_word,
        "oddity": oddity_sentence,
        "left_out_word": left_out_word,
        "reached_word": reached_word,
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        BOOKINGS,
        CHAPTERS,
        *CALENDAR,
        Destination(
            "workshops.index", _l("Workshops"), "workshop", "workshops.see", 20, phone=True
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        Tab(_l("Plan"), "workshops.workshop", "workshops.see", 10),
        Tab(_l("People"), "workshops.people", "workshops.see", 20),
        Tab(_l("Attendance"), "workshops.attendance", "attendance.see", 30),
        Tab(_l("Documents"), "workshops.documents", "attendance.see", 90),
        PersonSection(_l("Workshops"), person_rows),
        Owner("workshop", may_mark_register, take_in_walk_in),
        OwnScope(people_of, runs_for),
        ContactScope(met),
        StillActive(_enrolled),
        TaughtScope(versions_taught_to),
        Deliveries(last_minutes),
        OwnEvents(own_workshop_events),
        *SEATS,
        Chore("forget_trainer_notes", lambda: forget_words(utc_now()), minutes=60),
        ENROL_LIST,
        Reference("enrolment.person_id", _l("Enrolments"), move_enrolments, erased=stays()),
        Holding(
            "workshops",
            _l("Workshops not yet done"),
            count_taught,
            pass_taught_on,
            permission="workshops.edit",
        ),
    ),
)
