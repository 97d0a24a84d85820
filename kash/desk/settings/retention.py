"""How long things are kept, and who has been quiet for long."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.accounts.rules.accounts import SESSION_IDLE, SESSION_LONGEST
from kash.accounts.rules.passkeys import CHALLENGE_LASTS
from kash.accounts.rules.throttle import ADDRESS_KNOWN_FOR, THROTTLE_WINDOW
from kash.accounts.services.programme import change_settings
from kash.desk import blueprint, queries
from kash.desk.settings.programme import the_programme
from kash.desk.tables import QUIET_COLUMNS
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.forms import whole_number_field
from kash.platform.web.programme import days_backups_are_kept
from kash.platform.web.programme import retention as chosen_retention
from kash.platform.web.retention import BOUNDS, Retention
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.settings import Settings

UNITS: dict[str, Any] = {"hours": _l("hours"), "days": _l("days"), "years": _l("years")}
# (name, what it is called, what happens when the time is over)
WORDS: dict[str, tuple[Any, Any]] = {
    "ended_sessions": (
        _l("Sessions that ended"),
        _l("From which kind of device somebody was signed in. Deleted every hour."),
    ),
    "job_results": (
        _l("Files that were made to download"),
        _l("Certificates, lists and reports. They can be made again."),
    ),
    "job_rows": (
        _l("What became of background work"),
        _l("Among it whether an e-mail was sent. Ids and counts only."),
    ),
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
        _l("In tests, evaluations, follow-ups and notes of visits. Counts and scores stay."),
    ),
    "backups": (
        _l("Backups"),
        _l("A new backup deletes older ones beside it. A server may be set to fewer days."),
    ),
    "trainer_notes": (
        _l("What trainers wrote about a session"),
        _l("Their notes and words of the day. What was left out and reached stays, without words."),
    ),
    "idle_people": (
        _l("People without any activity"),
        _l("After these years they come up for review. Nobody is deleted by this."),
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


def _values(kept: Retention) -> dict[str, Any]:
    return {field.name: getattr(kept, field.name) for field in fields(Retention)}


@blueprint.get("/settings/retention")
@allow("settings.see")
def retention() -> ResponseReturnValue:
    """Retention as it holds now, with what nobody can change."""
    settings: Settings = current_app.config["SETTINGS"]
    kept = chosen_retention()
    return render_template(
        "desk/settings/retention.html",
        kept=_values(kept),
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
        quiet=queries.quiet_count(utc_now() - kept.span("idle_people")),
        most_quiet=queries.MOST_QUIET,
    )


def _kept() -> dict[str, Any]:
    return {**_values(chosen_retention()), "row_version": the_programme().version}


@blueprint.route("/settings/retention/edit", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def edit_retention() -> ResponseReturnValue:
    """Change how long things are kept."""
    form = RetentionForm(data=_kept())
    if form.validate_on_submit():
        values = {name: form[name].data for name in WORDS}
        with form.showing_problems():
            change_settings(
                current_actor(), "retention", "retention", values, form.row_version_shown
            )
            flash(_("Saved."))
            return redirect(url_for("desk.retention"))
        if form.changed_meanwhile:
            form.compare(_kept())
    return page("desk/settings/retention_edit.html", form=form, names=WORDS)


@blueprint.get("/settings/retention/people")
@allow("people.find")
@offers_table("list", names=True)
def quiet_people() -> ResponseReturnValue:
    """People who have done nothing here for long, among the reader's own. Only to be looked at."""
    kept = chosen_retention()
    found = queries.quiet_people(current_actor(), utc_now() - kept.span("idle_people"))
    if is_taken():
        return taken(found, QUIET_COLUMNS)
    return render_template(
        "desk/settings/quiet_people.html",
        listing=found,
        years=kept.idle_people,
    )
