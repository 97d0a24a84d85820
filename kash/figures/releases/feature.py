"""Chapters of the handbook that tell about printed figures. Columns of this room's tables, sorted
by what they hold about a person. Words of the audit trail for plans: the room, then what happened.
Plans on Today: one that waits for approval, and one that is missing for the next year. Figures
that are to be printed, on Today. Their day is public, so it is told whether or not the vault is
open. Words of the audit trail for what is done here: the room, then what happened. The declaration
of releases."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, select

from kash.feature import Feature
from kash.figures.releases import blueprint, models, views
from kash.figures.releases.commands import releases_commands
from kash.figures.releases.models import Release, ReleasePlan
from kash.figures.releases.queries import (
    APPROVAL,
    RECOVERY,
    SENT_BACK,
    doubts,
    is_planned,
    printing_days,
    waiting_for,
    waiting_plans,
)
from kash.figures.releases.reading_words import SHOWS_RESULTS, WORDS
from kash.people.connections.queries import OpenWay
from kash.people.erasure import about_things, free_texts
from kash.platform.approvals.pages import waiting_line
from kash.platform.database import db
from kash.platform.handbook.places import Chapters, each
from kash.platform.vault import MIRROR_STARTED, AuditEntry
from kash.platform.web.formats import date_text
from kash.platform.web.parts import ActionWords, Destination, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer

CHAPTERS = Chapters(
    {
        "releases": "figures#read-them",
        **each("releases", "print_day", "figures#print-them"),
        **each("releases", "rule leaflet dice", "figures#how-the-numbers-are-made"),
        "releases.note": "figures#if-something-was-wrong",
        **each(
            "releases",
            "plans plan new_plan edit_plan approve_plan return_plan",
            "figures#the-plan-of-a-year",
        ),
    }
)


PERSONAL = (
    *free_texts(
        "release_plan.forum_decision",
        "release_plan.returned_reason",
        "release_note.text",
        "release_recovery.reason",
        "release_recovery.returned_reason",
    ),
    *about_things(
        release="table_key lines",
        release_recovery="kind code state approved_for",
        release_plan="tables windows digest state approved_for",
    ),
)


PLAN_ACTION_WORDS = ActionWords(
    {
        "releases.plan_proposed": _l("figures: plan of a year proposed"),
        "releases.plan_changed": _l("figures: proposed plan changed"),
        "releases.plan_approved": _l("figures: plan of a year approved"),
        "releases.plan_returned": _l("figures: proposed plan sent back"),
    }
)


# From November on the next year's plan is due.
_DUE_FROM = 11


def _to_approve(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Plan of printed figures: %(year)s", year=plan.year),
            url_for("releases.plan", plan_id=plan.public_id),
            plan.created_at,
            icon="report",
        )
        for plan in waiting_plans(asked.actor)
    ]


def _missing(asked: Viewer) -> Sequence[TodayLine]:
    year = asked.day.year + 1
    if not asked.actor.may("releases.make") or asked.day.month < _DUE_FROM or is_planned(year):
        return []
    return [
        TodayLine(
            _("Nothing says what %(year)s prints", year=year),
            url_for("releases.new_plan", year=year),
            _("Without a plan, approved before its first day, nothing is printed."),
            icon="report",
            button=_("Propose a plan"),
        )
    ]


PLANS_NEEDED = (
    Need(
        "release_plans",
        265,
        _to_approve,
        lead=_l("Plans of printed figures that wait for you:"),
        lead_place=105,
        exists=lambda asked: APPROVAL.any_open_to(asked.actor),
    ),
    Need("release_plan_missing", 185, _missing),
)


def _to_print(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("releases.make"):
        return []
    due = [
        printing
        for printing in printing_days()
        if printing.due_at <= asked.now and not printing.is_printed
    ]
    doubted = doubts(db.session(), asked.now, due)
    waits = {printing.day for printing in doubted}
    unsaid = [
        TodayLine(
            _("Figures wait: the operator must look at the audit trail"),
            url_for("releases.put_back"),
            _("Cases filed up to %(day)s", day=date_text(printing.day)),
            icon="report",
            button=_("See how it stands"),
        )
        for printing in doubted[:1]
        if printing.unsaid
    ]
    return unsaid + [
        TodayLine(
            _("Figures are to be printed"),
            url_for("releases.index"),
            _("Cases filed up to %(day)s", day=date_text(printing.day)),
            icon="report",
            button=_("Print"),
        )
        for printing in due
        if printing.day not in waits
    ]


def _may_wait(asked: Viewer) -> ColumnElement[bool] | None:
    if not (asked.actor.may(RECOVERY.proposes) or asked.actor.may(RECOVERY.approves)):
        return None
    return exists().where(AuditEntry.action == MIRROR_STARTED)


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    """The oldest day that waits since the database was put back, for both of the two."""
    actor, session = asked.actor, db.session()
    doubted = doubts(session, asked.now)
    # Of what only the operator can put right, the person who prints is told where she is told of
    # printing.
    if not doubted or (doubted[0].unsaid and actor.may("releases.make")):
        return []
    proposed = waiting_for(session, doubted[0].day)
    acts = (
        actor.may(RECOVERY.proposes)
        if proposed is None
        else RECOVERY.offered(proposed, actor).approves
    )
    return [
        TodayLine(
            _("Figures wait: were they printed before the database was put back?"),
            url_for("releases.put_back"),
            _("Cases filed up to %(day)s", day=date_text(doubted[0].day)),
            icon="report",
            button=_("Say what became of them")
            if acts and proposed is None
            else _("Check and agree")
            if acts
            else _("See how it stands"),
        )
    ]


PRINTING_DUE = Need("releases_due", 65, _to_print)
# Nothing else but these makes a day wait, short of a database that was put back by hand: of that
# those who print are told in the place of printing.
LOST_FIGURES = Need("releases_lost", 64, _waiting, exists=_may_wait)


ACTION_WORDS = ActionWords(
    {
        "releases.printed": _l("figures: printed"),
        "releases.note_added": _l("figures: note added"),
        "releases.recovery_said": _l("figures: said whether lost ones were printed"),
        "releases.recovery_agreed": _l("figures: agreed whether lost ones were printed"),
        "releases.recovery_returned": _l("figures: what was said of lost ones sent back"),
    }
)


def _printed(_known: object) -> Select[str]:
    return select(Release.public_id).order_by(Release.id.desc())


def _plans(_known: object) -> Select[str]:
    return select(ReleasePlan.public_id).order_by(ReleasePlan.id.desc())


FEATURE = Feature(
    "releases",
    choice="cases",
    modules=(models, views),
    blueprints=(blueprint,),
    commands=(releases_commands,),
    words={"releases": WORDS},
    parts=(
        SENT_BACK,
        *PERSONAL,
        ACTION_WORDS,
        PLAN_ACTION_WORDS,
        CHAPTERS,
        SHOWS_RESULTS,
        LOST_FIGURES,
        PRINTING_DUE,
        *PLANS_NEEDED,
        OpenWay(
            30,
            _l("Printed figures"),
            _l("Tables printed by the dice rule, as they were published."),
            "releases.index",
            "releases.see",
        ),
        Destination(
            "releases.index", _l("Figures"), "report", "releases.see", 127, unless="overview.see"
        ),
        SampleId("/releases/<public_id>", _printed),
        SampleId("/releases/plans/<plan_id>", _plans),
    ),
)
