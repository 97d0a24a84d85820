"""How long things are kept, and who has been quiet for long. The marks of a register: what they
are called, and what they count."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.accounts.rules import (
    ADDRESS_KNOWN_FOR,
    CHALLENGE_LASTS,
    SESSION_IDLE,
    SESSION_LONGEST,
    THROTTLE_WINDOW,
)
from kash.attendance.forms import status_word
from kash.attendance.queries.statuses import Status, forget_statuses, status_used, statuses_for
from kash.attendance.queries.statuses import status as status_of
from kash.attendance.rules.marking import ALWAYS_IN_USE, Tone
from kash.attendance.services import marking as statuses_services
from kash.attendance.services.marking import StatusDetails, change_status
from kash.desk import blueprint, queries
from kash.desk.queries import QUIET_COLUMNS
from kash.desk.settings.programme import saved_or_shown, the_programme
from kash.platform.database import utc_now
from kash.platform.ordering import moved_order
from kash.platform.web import current_actor, go, page
from kash.platform.web.forms import BooleanField, radio_field, text_field, whole_number_field
from kash.platform.web.programme import BOUNDS, days_backups_are_kept
from kash.platform.web.programme import retention as chosen_retention
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.settings import Settings

UNITS: dict[str, Any] = {"hours": _l("hours"), "days": _l("days"), "years": _l("years")}
# (name, what it is called, what happens when the time is over)
WORDS: dict[str, tuple[Any, Any]] = {
    "ended_sessions": (
        _l("Sessions that ended"),
        _l("From which kind of device somebody was signed in."),
    ),
    "job_results": (
        _l("Files that were made to download"),
        _l("Certificates, lists and reports. They can be made again."),
    ),
    "job_rows": (_l("What became of background work"), _l("Among it whether an e-mail was sent.")),
    "import_originals": (
        _l("Lists as they were uploaded"),
        _l("Kept sealed until then, so that an import can be looked at again."),
    ),
    "merge_undo": (
        _l("Undoing a merge"),
        _l("Until then two merged people can be taken apart again."),
    ),
    "own_words": (
        _l("What people wrote in their own words"),
        _l("In tests, evaluations, follow-ups and notes of visits."),
    ),
    "backups": (
        _l("Backups"),
        _l("A new backup deletes older ones beside it. A server may be set to fewer days."),
    ),
    "trainer_notes": (
        _l("What trainers wrote about a session"),
        _l("Their notes and words of the day."),
    ),
    "idle_people": (
        _l("People without any activity"),
        _l("After these years they come up for review."),
    ),
    "erasure_answer": (
        _l("Answering a wish to be erased"),
        _l("By law within days. Today reminds of it."),
    ),
}


def unit_word(unit: str, number: int) -> str:
    """The word behind a number of "minutes", "hours", "days" or "years", for one and for many."""
    if unit == "minutes":
        return ngettext("minute", "minutes", number)
    if unit == "hours":
        return ngettext("hour", "hours", number)
    return ngettext("day", "days", number) if unit == "days" else ngettext("year", "years", number)


def _number(name: str) -> Any:
    bounds = BOUNDS[name]
    return whole_number_field(
        _l("%(what)s, in %(unit)s", what=WORDS[name][0], unit=UNITS[bounds.unit]),
        least=bounds.least,
        most=bounds.most,
        description=WORDS[name][1],
    )


class RetentionForm(RowVersionForm):
    """How long each kind is kept."""

    ended_sessions = _number("ended_sessions")
    job_results = _number("job_results")
    job_rows = _number("job_rows")
    import_originals = _number("import_originals")
    merge_undo = _number("merge_undo")
    own_words = _number("own_words")
    backups = _number("backups")
    trainer_notes = _number("trainer_notes")
    idle_people = _number("idle_people")
    erasure_answer = _number("erasure_answer")


@blueprint.get("/settings/retention")
@allow("settings.see")
def retention() -> ResponseReturnValue:
    """Retention as it holds now, with what nobody can change."""
    settings: Settings = current_app.config["SETTINGS"]
    spans = chosen_retention()
    return render_template(
        "desk/settings/retention.html",
        kept=asdict(spans),
        bounds=BOUNDS,
        unit_word=unit_word,
        words=WORDS,
        window=int(THROTTLE_WINDOW.total_seconds() // 60),
        known=ADDRESS_KNOWN_FOR.days,
        challenge=int(CHALLENGE_LASTS.total_seconds() // 60),
        idle=int(SESSION_IDLE.total_seconds() // 3600),
        longest=int(SESSION_LONGEST.total_seconds() // 3600),
        backup_days=days_backups_are_kept(settings),
        postgresql=current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"),
        quiet=queries.quiet_count(utc_now() - spans.span("idle_people")),
        most_quiet=queries.MOST_QUIET,
    )


def _kept() -> dict[str, Any]:
    return {**asdict(chosen_retention()), "row_version": the_programme().version}


@blueprint.route("/settings/retention/edit", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def edit_retention() -> ResponseReturnValue:
    """Change how long things are kept."""
    form = RetentionForm(data=_kept())
    return saved_or_shown(
        form,
        "desk/settings/retention_edit.html",
        _kept,
        ("retention", "retention"),
        lambda: {name: form[name].data for name in WORDS},
        "desk.retention",
        names=WORDS,
    )


@blueprint.get("/settings/retention/people")
@allow("people.find")
@offers_table("list", names=True)
def quiet_people() -> ResponseReturnValue:
    """People who have done nothing here for long, among the reader's own. Only to be looked at."""
    spans = chosen_retention()
    people = queries.quiet_people(current_actor(), utc_now() - spans.span("idle_people"))
    if is_taken():
        return taken(people, QUIET_COLUMNS)
    return render_template(
        "desk/settings/quiet_people.html", listing=people, years=spans.idle_people
    )


TONES: dict[str, Any] = {
    Tone.GOOD: _l("Green, as for who is there"),
    Tone.WARN: _l("Amber, as for who came late"),
    Tone.BAD: _l("Red, as for who is missing"),
    Tone.QUIET: _l("Grey, as for who gave a reason"),
}


class StatusForm(RowVersionForm):
    """A mark."""

    name = text_field(_l("Name"), most=40)
    letter = text_field(
        _l("Letter"), most=2, description=_l("Stands in the grid and on paper, and is its key.")
    )
    weight = whole_number_field(
        _l("Share of the session that counts, in per cent"), least=0, most=100
    )
    tone = radio_field(_l("Colour"), list(TONES.items()), default=str(Tone.QUIET))
    active = BooleanField(_l("In use"), default=True)


def _statuses_values(status: Status) -> dict[str, Any]:
    return {
        "name": status_word(status.code),
        "letter": status.letter,
        "weight": status.weight,
        "tone": status.tone,
        "active": status.active,
        "row_version": status.row_version,
    }


@blueprint.get("/settings/marks")
@allow("settings.see")
def statuses() -> ResponseReturnValue:
    """The marks in their order."""
    return render_template(
        "desk/settings/statuses.html", statuses=statuses_for("workshop", also_retired=True)
    )


@blueprint.route("/settings/marks/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_status() -> ResponseReturnValue:
    """Add a mark of the programme's own."""
    form = StatusForm()
    if form.validate_on_submit():
        with form.showing_problems():
            statuses_services.add_status(form.command(StatusDetails), current_actor())
            return go("desk.statuses", _("Saved."))
    return page("desk/settings/status.html", form=form, status=None, used=False)


@blueprint.route("/settings/marks/<code>", methods=["GET", "POST"])
@allow("settings.edit")
def edit_status(code: str) -> ResponseReturnValue:
    """Change a mark. What it counts stays once anybody was marked so."""
    status = status_of(code)
    form = StatusForm(data=_statuses_values(status))
    fixed = code in ALWAYS_IN_USE
    used = status_used(code)
    if fixed or used:
        # What can't change is not asked for.
        del form.weight
    if fixed:
        del form.active
    if form.validate_on_submit():
        unasked = {name: getattr(status, name) for name in ("weight", "active") if name not in form}
        with form.showing_problems():
            change_status(
                code,
                form.command(StatusDetails, **unasked),
                form.row_version_shown,
                current_actor(),
            )
            return go("desk.statuses", _("Saved."))
        if form.changed_meanwhile:
            forget_statuses()
            status = status_of(code)
            form.compare(_statuses_values(status))
    return page("desk/settings/status.html", form=form, status=status, used=used)


@blueprint.post("/settings/marks/order")
@allow("settings.edit")
def order_statuses() -> ResponseReturnValue:
    """Put the marks in another order."""
    present = [status.code for status in statuses_for("workshop", also_retired=True)]
    statuses_services.order_statuses(moved_order(present, request.form), current_actor())
    return go("desk.statuses")
