"""Choosing how somebody is told things."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.notices import blueprint
from kash.notices.forms import MessageWishForm
from kash.notices.queries.choices import MessageWish, choice_of
from kash.notices.rules.reaching import SayingResult
from kash.notices.services import calls
from kash.notices.services.choices import ChoiceDetails, choose
from kash.notices.words import UNSENT
from kash.platform.web import current_actor, page
from kash.policy import allow


@blueprint.route("/messages/people/<public_id>", methods=["GET", "POST"])
@allow("messages.choose")
def choice(public_id: str) -> ResponseReturnValue:
    """The way, the hours and the calendar of one person."""
    actor = current_actor()
    kept = choice_of(actor, public_id)
    form = MessageWishForm(data=_values(kept))
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(ChoiceDetails)
            choose(public_id, details, row_version=form.row_version_shown, by=actor)
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id))
        if form.changed_meanwhile:
            form.compare(_values(choice_of(actor, public_id)))
    return page("notices/choice.html", form=form, kept=kept)


@blueprint.post("/messages/people/<public_id>/call")
@allow("messages.ask")
def ask_for_call(public_id: str) -> ResponseReturnValue:
    """Ask one person for a call."""
    said = calls.ask_for_call(public_id, by=current_actor())
    if said in UNSENT:
        flash(str(UNSENT[said.value]), "warn")
    elif said is SayingResult.ALREADY:
        flash(_("A call was asked for today already."), "warn")
    else:
        flash(_("It goes within a minute, or in the morning."))
    return redirect(url_for("people.person", public_id=public_id))


def _values(kept: MessageWish) -> dict[str, object]:
    return {
        "channel": kept.channel,
        "from_hour": kept.from_hour,
        "until_hour": kept.until_hour,
        "calendar": kept.calendar,
        "row_version": kept.row_version,
    }
