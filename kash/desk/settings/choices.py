"""Choice of what the programme uses: its page, its line of the settings, and its line on Today."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.desk import blueprint, services
from kash.desk.settings.programme import the_programme
from kash.desk.setup_form import CHOICE_NOTES, CHOICE_WORDS, choices_field
from kash.feature import CHOICES
from kash.platform.web import current_actor, go, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import Problem
from kash.platform.web.forms import KashForm
from kash.platform.web.parts import SettingLine
from kash.platform.web.programme import choices_off, programme_facts
from kash.platform.web.row_versions import RowVersionForm, number_shown
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import allow


class ChoicesForm(RowVersionForm):
    """Choice of what the programme uses from now on."""

    used = choices_field()


def _used(off: Collection[str]) -> list[str]:
    return [name for name in CHOICES if name not in off]


def _page(form: KashForm | None = None, problem: str = "") -> ResponseReturnValue:
    programme, actor = the_programme(), current_actor()
    proposed = services.proposal_in(programme.settings)
    names = names_of([proposed.by]) if proposed is not None else {}
    return page(
        "desk/settings/choices.html",
        form=form,
        off=choices_off(),
        words=CHOICE_WORDS,
        notes=CHOICE_NOTES,
        proposed=proposed,
        by=names.get(proposed.by, _("somebody")) if proposed is not None else "",
        own=proposed is not None and proposed.by == actor.public_id,
        version=programme.version,
        alone=programme.founded_at is None,
        problem=problem,
    )


@blueprint.get("/settings/uses")
@allow("settings.see")
def choices() -> ResponseReturnValue:
    """Page of what is on and what is off, and of what somebody proposed."""
    return _page()


@blueprint.route("/settings/uses/change", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def propose_choices() -> ResponseReturnValue:
    """Propose what is on and what is off."""
    stored = {"used": _used(choices_off()), "row_version": the_programme().version}
    form = ChoicesForm(data=stored)
    if form.validate_on_submit():
        with form.showing_problems():
            off = frozenset(CHOICES) - set(form.used.data)
            holds = services.propose_choices(off, form.row_version_shown, by=current_actor())
            done = _("Saved.") if holds else _("Proposed. A director decides.")
            return go("desk.choices", done)
        if form.changed_meanwhile:
            now = {"used": _used(choices_off()), "row_version": the_programme().version}
            form.compare(now)
    return _page(form)


@blueprint.post("/settings/uses/agree")
@allow("settings.agree", fresh=True)
def agree_choices() -> ResponseReturnValue:
    """Agree to what was shown."""
    return _decide(services.agree_to_choices, _("It holds from now on."))


@blueprint.post("/settings/uses/send-back")
@allow("settings.see")
def turn_choices_back() -> ResponseReturnValue:
    """Take one's own proposal back, or send another's back."""
    return _decide(services.turn_choices_back, _("What was proposed is off the table."))


def _decide(act: Any, done: str) -> ResponseReturnValue:
    with CaughtProblem(Problem) as caught:
        act(number_shown(request.form.get("row_version")), by=current_actor())
        flash(done)
        return redirect(url_for("desk.choices"), code=303)
    return _page(problem=caught.sentence)


def _says(_count: int) -> str:
    used = _used(choices_off())
    if len(used) == len(CHOICES):
        return _("Everything")
    return ", ".join([_("Workshops"), *(str(CHOICE_WORDS[name]) for name in used)])


LINE = SettingLine("programme", 15, "desk.choices", _l("What this programme uses"), "check", _says)


def _waits(asked: Viewer) -> Sequence[TodayLine]:
    facts = programme_facts()
    by = facts.choices_proposed_by if facts is not None else ""
    if not by or by == asked.actor.public_id or not asked.actor.may("settings.agree"):
        return []
    return [
        TodayLine(
            _("What this programme uses"),
            url_for("desk.choices"),
            _("A change is proposed. You are the second person."),
            icon="settings",
            button=_("Decide"),
            about=_("What this programme uses"),
        )
    ]


CHOICES_WAIT = Need("choices", 42, _waits)
