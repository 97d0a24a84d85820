"""Paper, marks and payments side by side, and the settling of what differs."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.forms import one_operation, page_key
from kash.attendance.queries.counts import NamedDifference, count_labels, counts_of
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.counts import PAPER
from kash.attendance.rules.marking import Operation
from kash.attendance.services.closing import correct_mark, was_taken
from kash.attendance.services.sheets import settle_difference
from kash.attendance.wording import reason_sentence, status_word
from kash.people.rules.one_group import one_group
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import SettleMarkForm, given, whole_number
from kash.workshops.frame import for_marking, frame
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.plan import session_of
from kash.workshops.queries.scope import workshop_with_people

_KEEP = "keep"


@blueprint.get("/<public_id>/attendance/counts")
@allow("attendance.see")
def counts(public_id: str) -> ResponseReturnValue:
    """How many were there, by paper, by marks and by other counts."""
    workshop = workshop_with_people(public_id, current_actor(), "attendance.see")
    values = frame(workshop)
    known = counts_of(workshop.register_id)
    differing = [*known.open, *(one for one, _reason in known.settled)]
    return page(
        "workshops/counts.html",
        counts=known,
        shown=one_group(differing, attrgetter("letter"), request.args.get("group", "")),
        by_slot={one.slot: one for one in values["sessions"]},
        paper=PAPER,
        **values,
    )


@blueprint.route(
    "/<public_id>/attendance/<session_id>/<entry_id>/settle/<source>", methods=["GET", "POST"]
)
@allow("attendance.mark")
def settle(public_id: str, session_id: str, entry_id: str, source: str) -> ResponseReturnValue:
    """Settle one difference: another mark, or a reason why it stays."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    one = _difference(workshop, chosen, entry_id, source)
    form = SettleMarkForm(data={"become": _KEEP, "seen": str(one.version), "page_key": page_key()})
    form.become.choices = [
        (_KEEP, _("Leave the mark as it is: %(mark)s", mark=status_word(one.difference.status))),
        *(
            (status.code, _("Change it to: %(mark)s", mark=status_word(status.code)))
            for status in statuses_for("workshop")
            if status.code != one.difference.status
        ),
    ]
    if form.validate_on_submit():
        if form.become.data == _KEEP:
            settle_difference(
                workshop.register.public_id,
                chosen.slot.public_id,
                entry_id,
                source,
                counted=one.difference.counted,
                status=one.difference.status,
                reason=given(form.reason.data),
                by=current_actor(),
            )
            flash(_("Settled. The reason is kept."))
            return _back(public_id, one)
        refusal = _marked(workshop, _operation(form, chosen, entry_id))
        if not refusal:
            flash(_("Settled. The mark is changed."))
            return _back(public_id, one)
        form.mark_wrong(form.become, refusal)
    return page(
        "workshops/settle.html",
        form=form,
        workshop=workshop,
        chosen=chosen,
        one=one,
        paper=PAPER,
        labels=count_labels(),
    )


def _operation(form: SettleMarkForm, chosen: WorkshopSession, entry_id: str) -> Operation:
    return one_operation(
        form.page_key.data,
        chosen.slot.public_id,
        entry_id,
        given(form.become.data),
        whole_number(form.seen.data, 0),
        utc_now(),
        # A locked register takes corrections only; elsewhere the reason does no harm.
        correction=given(form.reason.data),
    )


def _marked(workshop: Workshop, operation: Operation) -> str:
    """Change the mark; what to say if that was not possible."""
    answer = correct_mark(workshop.register.public_id, operation, current_actor())
    if was_taken(answer):
        return ""
    return reason_sentence(answer.reason) or _(
        "Somebody changed it meanwhile; what stands now is %(theirs)s. Choose once more.",
        theirs=status_word(answer.status),
    )


def _difference(
    workshop: Workshop, chosen: WorkshopSession, entry_id: str, source: str
) -> NamedDifference:
    slot = chosen.slot.public_id
    known = counts_of(workshop.register_id)
    for one in (*known.open, *(one for one, _reason in known.settled)):
        about = one.difference
        if (about.slot, about.entry, about.source) == (slot, entry_id, source):
            return one
    raise NotFound(_("There is no difference here any more."))


def _back(public_id: str, one: NamedDifference) -> ResponseReturnValue:
    address = url_for("workshops.counts", public_id=public_id, group=one.letter)
    return redirect(address, code=303)
