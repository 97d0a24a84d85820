"""The declaration of registers."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists

from kash.accounts.revocations import Revocation
from kash.attendance import blueprint, views
from kash.attendance.merging import REFERENCES
from kash.attendance.models import Mark, Slot
from kash.attendance.personal import PERSONAL
from kash.attendance.queries.pads import skew_text
from kash.attendance.queries.statuses import status_catalogue, statuses_for, workshop_choices
from kash.attendance.scans import delete_orphans
from kash.attendance.services.pads import revoke_pads_of
from kash.attendance.trail_words import ACTION_WORDS
from kash.attendance.views.sync import sync
from kash.attendance.wording import conflict_sentence, reason_sentence, status_word
from kash.feature import Feature
from kash.people.models import Person
from kash.people.quiet import StillActive
from kash.platform.jobs import Chore


def _take_signed(app: Flask) -> None:
    # What a phone sends is signed, and comes without a cookie that could be abused.
    app.extensions["csrf"].exempt(sync)


def _marked(since: datetime) -> ColumnElement[bool]:
    return exists().where(
        Mark.person_id == Person.id, Slot.id == Mark.slot_id, Slot.starts_at >= since
    )


FEATURE = Feature(
    "attendance",
    modules=(views,),
    start=_take_signed,
    blueprints=(blueprint,),
    filters={
        "conflict_sentence": conflict_sentence,
        "mark_word": status_word,
        "mark_reason": reason_sentence,
        "skew": skew_text,
    },
    words={
        "workshop_choices": workshop_choices,
        "workshop_statuses": partial(statuses_for, "workshop"),
        "status_catalogue": status_catalogue,
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        StillActive(_marked),
        *REFERENCES,
        Revocation("pads.revoke_pads_of", _l("Registers on phones stop working"), revoke_pads_of),
        Chore("delete_orphaned_scans", delete_orphans, minutes=60),
    ),
)
