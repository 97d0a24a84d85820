"""Chapters of the handbook that tell about indicators. Facts of completion of two people who turn
out to be one. Columns of this room's tables, sorted by what they hold about a person. Definitions
of indicators that wait for a second person, on Today; and the first step of the person who counts.
Words of the audit trail for what is done here: the room, then what happened. The declaration of
indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, literal, select

from kash.feature import Feature
from kash.figures.indicators import blueprint, views
from kash.figures.indicators.commands import indicators_commands
from kash.figures.indicators.models import (
    APPROVAL,
    SENT_BACK,
    Completion,
    IndicatorDefinition,
    Target,
)
from kash.figures.indicators.queries.definitions import (
    DIMENSION_WORDS,
    title_of,
    waiting_definitions,
)
from kash.figures.indicators.rules import HeldCourse, IndicatorKey, refreshers
from kash.figures.indicators.services import FOLLOWS, ask_who_completed
from kash.people.erasure import about_things, free_texts, stays
from kash.people.queries.search import Reference, Row, joined
from kash.people.undo_log import RowChanges, table_of
from kash.platform.approvals.pages import waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.jobs.services import Chore
from kash.platform.web.parts import ActionWords, Destination, NamedPage, SampleId
from kash.platform.web.today import BeginningStep, Need, TodayLine, Viewer
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "indicators": {
            Role.DIRECTOR: "director#how-many-people-and-what-for",
            Role.TRAINER: "trainer#how-many-people-came",
            Role.MONITORING: "monitoring#indicators-and-targets",
        }
    }
)


_OF_A_FACT = ("completed_on", "minutes", "percentage", "days", "met", "version_id", "asked_on")


def better_completion(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the fact of who is kept, so that of two of one workshop the better stands."""

    def worth(row: Row) -> tuple[bool, int]:
        return row["met"], row["minutes"]

    return {name: gone[name] for name in _OF_A_FACT} if worth(gone) > worth(kept) else {}


_PERSON = "completion.person_id"
_join = joined(_PERSON, ("workshop_id",), better_completion)


def move_completions(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Facts go along; what was each one's first workshop of a course may be a refresher now."""
    _join(row_changes, kept, gone)
    table = table_of(Completion)
    rows = row_changes.rows(table, table.c.person_id == kept)
    again = frozenset[int]()
    for course in {fact["course_id"] for fact in rows}:
        again |= refreshers(
            HeldCourse(fact["id"], kept, fact["held_on"], fact["met"])
            for fact in rows
            if fact["course_id"] == course
        )
    for fact in rows:
        if fact["refresher"] != (fact["id"] in again):
            there = {"refresher": fact["id"] in again}
            row_changes.update(table, table.c.id == fact["id"], there)


# What she was besides would tell her among few who were in a workshop.
_NAMELESS = stays(sex="", age_band="", cadre="", organisation_id=None, ward="")

REFERENCES = (Reference(_PERSON, _l("Facts of completion"), move_completions, erased=_NAMELESS),)


PERSONAL = (
    *free_texts("indicator_definition.because", "indicator_definition.returned_reason"),
    *about_things(
        indicator_definition="key title text state approved_for", indicator_target="key period"
    ),
)


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Definition of an indicator: %(title)s", title=title_of(definition)),
            url_for("indicators.definition", key=definition.key),
            definition.created_at,
            icon="report",
        )
        for definition in waiting_definitions(asked.actor)
    ]


DEFINITIONS_WAIT = Need(
    "indicators",
    276,
    _to_approve,
    lead=_l("Definitions of indicators that wait for you:"),
    lead_place=111,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
TARGETS = BeginningStep(
    "targets",
    _l("Set targets"),
    _l("Then Reports say whether a quarter is on the way."),
    "indicators.targets",
    {Role.MONITORING: 10},
    lambda: exists().where(Target.id.is_not(None)),
    at_once=("targets.set", "indicators.add_target"),
)


ACTION_WORDS = ActionWords(
    {
        "indicators.definition_approved": _l("indicators: definition approved"),
        "indicators.definition_proposed": _l("indicators: definition proposed"),
        "indicators.definition_returned": _l("indicators: definition sent back"),
        "indicators.target_changed": _l("indicators: target changed"),
        "indicators.target_removed": _l("indicators: target removed"),
        "indicators.target_set": _l("indicators: target set"),
    }
)


def _key(_known: object) -> Select[str]:
    return select(literal(str(IndicatorKey.COMPLETED)))


def _targets(_known: object) -> Select[str]:
    return select(Target.public_id).order_by(Target.id)


def _definitions(_known: object) -> Select[str]:
    return select(IndicatorDefinition.public_id).order_by(IndicatorDefinition.id)


FEATURE = Feature(
    "indicators",
    choice="results",
    rights=("targets",),
    modules=(views,),
    blueprints=(blueprint,),
    commands=(indicators_commands,),
    words={"indicator_words": {"dimensions": DIMENSION_WORDS}},
    parts=(
        SENT_BACK,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "indicators.index",
            _l("Indicators"),
            "report",
            "indicators.see",
            126,
            unless="overview.see",
        ),
        NamedPage("indicators.levels", _l("Four levels: what came of it"), "indicators.see", 95),
        NamedPage("indicators.targets", _l("Targets"), "indicators.see", 96),
        NamedPage("indicators.definitions", _l("Definitions of indicators"), "indicators.see", 97),
        DEFINITIONS_WAIT,
        TARGETS,
        *REFERENCES,
        *PERSONAL,
        FOLLOWS,
        Chore("ask_who_completed", ask_who_completed, minutes=60, at=37),
        SampleId("/indicators/<key>", _key),
        SampleId("/indicators/definitions/<key>", _key),
        SampleId("/indicators/definitions/waiting/<public_id>", _definitions),
        SampleId("/indicators/targets/<public_id>", _targets),
    ),
)
