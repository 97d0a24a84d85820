"""The page on which those who run a workshop have its people told of it."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.people.notices.queries import STATE, UNSENT
from kash.platform.database import db
from kash.platform.web import current_actor, page
from kash.platform.web.forms import whole_number_field
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import allow
from kash.workshops.announcements import blueprint
from kash.workshops.announcements.models import Announcement
from kash.workshops.announcements.rules import MOST_DAYS
from kash.workshops.announcements.services import (
    ReminderDetails,
    begin_telling,
    change_reminders,
    end_telling,
    reach_of,
    told_lines,
)
from kash.workshops.frame import go_to, mine
from kash.workshops.models import Workshop


class RemindersForm(RowVersionForm):
    """Days before the first day, and after the last, on which people are reminded."""

    remind_first = whole_number_field(
        _l("Remind so many days before"), least=1, most=MOST_DAYS, required=False
    )
    remind_second = whole_number_field(
        _l("And again so many days before"), least=1, most=MOST_DAYS, required=False
    )
    thank_after = whole_number_field(
        _l("Thank who came, so many days after"), least=1, most=MOST_DAYS, required=False
    )

    def check_together(self) -> None:
        """Also: the second reminder comes after the first."""
        first, second = self.remind_first.data, self.remind_second.data
        if second is not None and (first is None or second >= first):
            self.mark_wrong(
                self.remind_second,
                _("The second reminder is nearer to the workshop than the first."),
            )


def _announcement(workshop: Workshop) -> Announcement | None:
    return db.session.scalar(select(Announcement).where(Announcement.workshop_id == workshop.id))


@blueprint.route("/workshops/<public_id>", methods=["GET", "POST"])
@allow("workshops.edit")
def telling(public_id: str) -> ResponseReturnValue:
    """Announcement of a workshop: what its people are told and when; begun, or changed."""
    workshop = mine(public_id)
    announcement = _announcement(workshop)
    on = announcement is not None and announcement.ended_at is None
    form = RemindersForm(data=_saved(announcement))
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(ReminderDetails)
            if on:
                change_reminders(public_id, details, form.row_version_shown, current_actor())
                flash(_("Saved."))
            else:
                begin_telling(public_id, details, current_actor())
                flash(_("They are told within ten minutes, at the hours at which they may be."))
            return go_to("announcements.telling", public_id)
        if form.changed_meanwhile:
            announcement = _announcement(workshop)
            form.compare(_saved(announcement))
    return page(
        "announcements/telling.html",
        form=form,
        workshop=workshop,
        found=announcement,
        on=on,
        reach=reach_of(workshop),
        lines=told_lines(workshop),
        states=STATE,
        unsent=UNSENT,
    )


def _saved(announcement: Announcement | None) -> dict[str, object]:
    names = ("remind_first", "remind_second", "thank_after", "row_version")
    if announcement is None:
        return dict(zip(names, (3, 1, None, 0), strict=True))
    return {name: getattr(announcement, name) for name in names}


@blueprint.route("/workshops/<public_id>/end", methods=["GET", "POST"])
@allow("workshops.edit")
def end(public_id: str) -> ResponseReturnValue:
    """Tell its people no more."""
    workshop = mine(public_id)
    if request.method == "POST":
        end_telling(public_id, current_actor())
        flash(_("Nobody is told any more. What waits already goes out."))
        return go_to("announcements.telling", public_id)
    return render_template("announcements/end.html", workshop=workshop)
