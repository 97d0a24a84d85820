"""The page on which whoever runs a workshop has its people told of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.notices.queries import STATE, UNSENT
from kash.platform.web import current_actor, page
from kash.policy import allow
from kash.workshops.announcements import blueprint
from kash.workshops.announcements.forms import RemindersForm
from kash.workshops.announcements.models import Announcement
from kash.workshops.announcements.queries import announcement_of, reach_of, told_lines
from kash.workshops.announcements.services import (
    ReminderDetails,
    begin_telling,
    change_reminders,
    end_telling,
)
from kash.workshops.queries.scope import own_workshop


@blueprint.route("/workshops/<public_id>", methods=["GET", "POST"])
@allow("workshops.edit")
def telling(public_id: str) -> ResponseReturnValue:
    """Announcement of a workshop: what its people are told and when; begun, or changed."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    found = announcement_of(workshop.id)
    on = found is not None and found.ended_at is None
    form = RemindersForm(data=_saved(found))
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(ReminderDetails)
            if on:
                change_reminders(public_id, details, form.row_version_shown, actor)
                flash(_("Saved."))
            else:
                begin_telling(public_id, details, actor)
                flash(_("They are told within ten minutes, at the hours at which they may be."))
            return redirect(url_for("announcements.telling", public_id=public_id), code=303)
        if form.changed_meanwhile:
            found = announcement_of(workshop.id)
            form.compare(_saved(found))
    return page(
        "announcements/telling.html",
        form=form,
        workshop=workshop,
        found=found,
        on=on,
        reach=reach_of(workshop),
        lines=told_lines(workshop),
        states=STATE,
        unsent=UNSENT,
    )


def _saved(found: Announcement | None) -> dict[str, object]:
    return {
        "remind_first": found.remind_first if found else 3,
        "remind_second": found.remind_second if found else 1,
        "thank_after": found.thank_after if found else None,
        "row_version": found.row_version if found else 0,
    }


@blueprint.route("/workshops/<public_id>/end", methods=["GET", "POST"])
@allow("workshops.edit")
def end(public_id: str) -> ResponseReturnValue:
    """Tell its people no more."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    if request.method == "POST":
        end_telling(public_id, actor)
        flash(_("Nobody is told any more. What waits already goes out."))
        return redirect(url_for("announcements.telling", public_id=public_id), code=303)
    return render_template("announcements/end.html", workshop=workshop)
