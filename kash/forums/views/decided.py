"""Pages of conflicts of interest in an item, and of how a decision was taken."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.presence_forms import DecidedForm
from kash.forums.queries import meetings
from kash.forums.queries.meetings import number_of
from kash.forums.queries.present_people import conflicts_in, decision_in, decisions_noted
from kash.forums.queries.series import forum_to_edit
from kash.forums.services.decided import note_conflicts, note_decision
from kash.forums.services.loading import check_minutes_open
from kash.forums.services.problems import MeetingOver
from kash.people.queries.organisations import groups
from kash.people.rules.one_group import one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import to_local
from kash.policy import allow


def _item(forum_id: str, meeting_id: str, item_id: str) -> tuple[Forum, Meeting, AgendaItem]:
    found = forum_to_edit(forum_id, current_actor())
    held = meetings.meeting(found, meeting_id)
    if held.state == "cancelled":
        raise MeetingOver
    check_minutes_open(db.session(), held)
    return found, held, meetings.item(held, item_id)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/conflicts", methods=["GET", "POST"]
)
@allow("forums.edit")
def conflicts(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Conflicts of interest in an item, one group at a time."""
    found, held, item = _item(forum_id, meeting_id, item_id)
    members = conflicts_in(found, item)
    shown = one_group(members, attrgetter("letter"), request.values.get("group", "")[:1])
    if request.method == "POST":
        conflicted = set(request.form.getlist("conflicted"))
        # What is as the page showed it stays as it is now: somebody else may have changed it.
        changed = conflicted.symmetric_difference(request.form.getlist("was"))
        note_conflicts(
            forum_id,
            meeting_id,
            item_id,
            of=[one.member for one in shown.rows if one.member in changed],
            conflicted=conflicted & changed,
            by=current_actor(),
        )
        turning = request.form.get("turn_to", "")[:1]
        flash(_("Saved."))
        return redirect(
            url_for(
                "forums.conflicts" if turning else "forums.item",
                forum_id=forum_id,
                meeting_id=meeting_id,
                item_id=item_id,
                group=turning or None,
            ),
            code=303,
        )
    return page(
        "forums/presence_conflicts.html",
        forum=found,
        meeting=held,
        item=item,
        number=number_of(item, held),
        shown=shown,
    )


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/decisions/<decision_id>",
    methods=["GET", "POST"],
)
@allow("forums.edit")
def decided(forum_id: str, meeting_id: str, item_id: str, decision_id: str) -> ResponseReturnValue:
    """Time of a decision, who was there then, and how the groups voted."""
    actor = current_actor()
    found, held, item = _item(forum_id, meeting_id, item_id)
    decision = decision_in(item, decision_id)
    noted = decisions_noted(held).get(decision_id)
    names = {group.letter: group.name for group in groups()}
    letters = [group.letter for group in noted.groups] if noted else list(names)
    typed: dict[str, object] = {"at": to_local(noted.at if noted else utc_now()).time()}
    for group in noted.groups if noted else ():
        if group.votes is not None:
            typed[f"in_favour_{group.letter}"] = group.votes.in_favour
            typed[f"against_{group.letter}"] = group.votes.against
            typed[f"abstained_{group.letter}"] = group.votes.abstained
    form = DecidedForm.for_groups(letters, data=typed)
    if form.validate_on_submit():
        day = to_local(held.starts_at).date()
        moment = form.moment(day, noted.at if noted else None)
        with form.showing_problems():
            note_decision(
                forum_id,
                meeting_id,
                item_id,
                decision_id,
                moment=moment,
                votes=form.votes(letters),
                by=actor,
            )
            flash(_("Saved."))
            return redirect(
                url_for(
                    "forums.meeting", forum_id=forum_id, meeting_id=meeting_id, _anchor=item_id
                ),
                code=303,
            )
        found, held, item = _item(forum_id, meeting_id, item_id)
        decision = decision_in(item, decision_id)
    return page(
        "forums/presence_decided.html",
        form=form,
        forum=found,
        meeting=held,
        item=item,
        number=number_of(item, held),
        decision=decision,
        noted=noted,
        letters=letters,
        names=names,
    )
