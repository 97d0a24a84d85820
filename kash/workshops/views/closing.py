"""A register is closed by one person and confirmed by another; afterwards it is only corrected."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.attendance.forms import one_operation, page_key
from kash.attendance.models import Slot
from kash.attendance.queries.registers import sheet_row
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.marking import OperationAnswer, Reply
from kash.attendance.services import closing
from kash.attendance.services.closing import CannotConfirm, reopen_slot, was_taken
from kash.attendance.wording import reason_sentence, status_word
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import CorrectionForm, given, whole_number
from kash.workshops.frame import for_marking
from kash.workshops.queries.plan import session_of


def signatures(slot: Slot) -> dict[str, str]:
    """Names of those who closed and who confirmed a slot's register."""
    names = names_of([slot.closed_by, slot.confirmed_by])
    return {
        "closed_by": names.get(slot.closed_by or "", ""),
        "confirmed_by": names.get(slot.confirmed_by or "", ""),
    }


@blueprint.post("/<public_id>/attendance/<session_id>/reopen")
@allow("attendance.mark")
def reopen(public_id: str, session_id: str) -> ResponseReturnValue:
    """Open a closed register again, unless it was confirmed."""
    found = for_marking(public_id)
    chosen = session_of(found, session_id)
    with FlashedProblems(CannotConfirm, tone="warn"):
        reopen_slot(found.register.public_id, chosen.slot.public_id, current_actor())
        flash(_("The register is open again."))
    return _back(public_id, session_id)


def _back(public_id: str, session_id: str) -> ResponseReturnValue:
    return redirect(
        url_for("workshops.register", public_id=public_id, session_id=session_id), code=303
    )


@blueprint.route("/<public_id>/attendance/<session_id>/<entry_id>/correct", methods=["GET", "POST"])
@allow("attendance.mark")
def correct_mark(public_id: str, session_id: str, entry_id: str) -> ResponseReturnValue:
    """Correct one mark of a register that was confirmed."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    if chosen.slot.confirmed_at is None:
        return _back(public_id, session_id)
    row = sheet_row(workshop.register_id, chosen.slot, entry_id)
    form = CorrectionForm(
        data={"status": row.status or "", "seen": str(row.version), "page_key": page_key()}
    )
    form.status.choices = [
        (one.code, _sentence(status_word(one.code)))
        for one in statuses_for("workshop", also_retired=True)
        if one.active or one.code == row.status
    ]
    refused = False
    if form.validate_on_submit():
        answer = closing.correct_mark(
            workshop.register.public_id,
            one_operation(
                form.page_key.data,
                chosen.slot.public_id,
                entry_id,
                given(form.status.data),
                whole_number(form.seen.data, 0),
                utc_now(),
                correction=given(form.correction.data),
            ),
            current_actor(),
        )
        if was_taken(answer):
            flash(_("Corrected. The reason stands in the history."))
            return redirect(
                url_for(
                    "workshops.mark_history",
                    public_id=public_id,
                    session_id=session_id,
                    entry_id=entry_id,
                ),
                code=303,
            )
        form.mark_wrong(form.status, _refusal(answer))
        form.seen.data = str(answer.version)
        form.seen.raw_data = None
        refused = True
    body, status = page(
        "workshops/correct_mark.html", form=form, workshop=workshop, chosen=chosen, row=row
    )
    return body, 409 if refused else status


def _refusal(answer: OperationAnswer) -> str:
    if answer.answer is Reply.CONFLICT:
        return _(
            "Somebody changed it meanwhile; what stands now is %(theirs)s. Choose once more.",
            theirs=status_word(answer.status),
        )
    return reason_sentence(answer.reason)


def _sentence(word: str) -> str:
    return word[:1].upper() + word[1:]
