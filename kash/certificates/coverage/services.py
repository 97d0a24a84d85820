"""Coverage on paper: one page for those who decide. Setting the programme's goal. Words of coverage
in the reader's language, and lines as a drawing takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.certificates.coverage.queries import Coverage, Goal, Subject, goal_of, latest_goal
from kash.certificates.coverage.rules import Forecast, Outlook, Training, total_need
from kash.certificates.models import CoverageGoal
from kash.certificates.tracks.forms import track_name
from kash.people.models import Zone
from kash.platform.press import PagedDocument, document
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.platform.web.formats import month_text
from kash.policy import Actor

# What one page holds beside its head.
MOST_STATIONS = 15


def coverage_paper(coverage: Coverage, subject: Subject, *, language: str, today: date) -> bytes:
    """The stations with the fewest trained people, and when they fall under the wanted number, on
    one page. Raises RenderError."""
    with force_locale(language):
        html = coverage_markup(coverage, subject, today)
        paged = PagedDocument(
            html=html,
            title=_("Coverage"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    return document(paged)


def coverage_markup(coverage: Coverage, subject: Subject, today: date) -> str:
    """The page as the press takes it."""
    stations = [need.station for need in coverage.needs]
    rows = sorted(coverage.needs, key=lambda row: row.holds)
    shown = rows[:MOST_STATIONS]
    return render_template(
        "coverage/paper.html",
        subject=subject,
        today=today,
        goal=coverage.goal,
        total=total_need(rows),
        stations=len(rows),
        covered=coverage.covered(stations),
        line=coverage.line(stations),
        rows=[(row, coverage.forecast(row)) for row in shown],
        left_out=len(rows) - len(shown),
    )


def set_goal(goal: Goal, *, by: Actor) -> None:
    """Set how many trained people each station is to have, when refreshers are due, and where the
    programme works. Earlier goals are kept. Raises NotFound for an area that is not there."""
    with audited("coverage.goal_set", by) as change:
        session = change.session
        latest = latest_goal(session)
        if latest is not None and goal_of(latest) == goal:
            change.nothing()
            return
        area = None
        if goal.area:
            area = session.scalar(select(Zone.id).where(Zone.public_id == goal.area))
            if area is None:
                raise NotFound
        stored = CoverageGoal(
            wanted=goal.wanted,
            due_months=goal.due_months,
            area_id=area,
            set_by=by.public_id,
            set_at=change.now,
        )
        session.add(stored)
        session.flush()
        change.about(stored.public_id)


TRAINING = {
    Training.HOLDS: _l("Trained"),
    Training.DUE: _l("Refresher due"),
    Training.RAN_OUT: _l("Training ran out"),
    Training.ON_THE_WAY: _l("On the way"),
    Training.NONE: _l("No training"),
}
TRAINING_TONE = {
    Training.HOLDS: "good",
    Training.DUE: "warn",
    Training.RAN_OUT: "bad",
    Training.ON_THE_WAY: "live",
    Training.NONE: "",
}


def subject_name(subject: Subject) -> str:
    """The name of a track or course in the reader's language."""
    return track_name(subject.name, subject.name_sw)


def subject_word(subject: Subject) -> str:
    """A subject as a list of choices names it: a track and its course may share a name."""
    name = subject_name(subject)
    return (
        _("Track: %(name)s", name=name)
        if subject.kind == "track"
        else _("Certificate: %(name)s", name=name)
    )


def outlook_sentence(forecast: Forecast, wanted: int) -> str:
    """When a station falls under the wanted number, with the interval."""
    if forecast.outlook is Outlook.UNDER:
        return _("Under %(wanted)s now.", wanted=wanted)
    if forecast.outlook is Outlook.UNKNOWN:
        return _("Too little is known to say when.")
    if forecast.by is None or forecast.early is None:
        return _("At this pace not under %(wanted)s within two years.", wanted=wanted)
    by, early = month_text(forecast.by), month_text(forecast.early)
    if forecast.late is None:
        return _(
            "At this pace under %(wanted)s in %(by)s; nine times in ten not before %(early)s.",
            wanted=wanted,
            by=by,
            early=early,
        )
    return _(
        "At this pace under %(wanted)s in %(by)s; eight times in ten between %(early)s and"
        " %(late)s.",
        wanted=wanted,
        by=by,
        early=early,
        late=month_text(forecast.late),
    )


def line_points(counts: Sequence[int], top: int) -> str:
    """A line as the points of a drawing that is a hundred high and as wide as it has steps."""
    scale = 100 / top if top else 0
    return " ".join(f"{step},{100 - count * scale:.1f}" for step, count in enumerate(counts))
