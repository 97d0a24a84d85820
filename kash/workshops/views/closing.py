"""A register is closed by one person and confirmed by another; afterwards it is only corrected.
Paper, marks and payments side by side, and the settling of what differs. Paper of a workshop.
Advice on what gets in a workshop's way, on its pages and in its form while that is filled in.
Advice on who teaches, and on what gets in the way, on a workshop's plan and in its form while that
is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from kash.accounts.queries.accounts import names_of
from kash.attendance.documents import EXTRAS, SheetHead, badges_pdf, register_pdf
from kash.attendance.forms import one_operation, page_key, reason_sentence, status_word
from kash.attendance.models import Slot
from kash.attendance.queries.registers import NamedDifference, count_labels, counts_of, sheet_row
from kash.attendance.queries.sheets import last_choice, names_not_asked
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.marking import OperationAnswer
from kash.attendance.rules.pads import Column, PlannedSlot, SheetChoice, columns_of, known_extras
from kash.attendance.rules.registers import PAPER
from kash.attendance.services import registers as closing
from kash.attendance.services.registers import CannotConfirm, reopen_slot, was_taken
from kash.attendance.services.sheets import record_sheets, settle_difference
from kash.people.rules.persons import one_group
from kash.platform.database import utc_now
from kash.platform.press import RenderError, sheet_format
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today, time_text, to_local
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import (
    CorrectionForm,
    NewWorkshopForm,
    SettleMarkForm,
    WorkshopForm,
    given,
    whole_number,
)
from kash.workshops.frame import for_marking, frame, go_to, mine, seen
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.people import (
    WantedDays,
    WantedWorkshop,
    spans_of_changed,
    spans_of_new,
    version_taught,
    wanted_of,
)
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.rules import MOST_DAYS, Stage
from kash.workshops.schedule_checks import ScheduleAdvice, schedule_advice
from kash.workshops.team_advice import TeamAdvice, TeamQuestion, advice_on


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
    workshop = for_marking(public_id)
    slot = session_of(workshop, session_id).slot.public_id
    with FlashedProblems(CannotConfirm, tone="warn"):
        reopen_slot(workshop.register.public_id, slot, current_actor())
        flash(_("The register is open again."))
    return go_to("workshops.register", public_id, session_id=session_id)


@blueprint.route("/<public_id>/attendance/<session_id>/<entry_id>/correct", methods=["GET", "POST"])
@allow("attendance.mark")
def correct_mark(public_id: str, session_id: str, entry_id: str) -> ResponseReturnValue:
    """Correct one mark of a register that was confirmed."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    if chosen.slot.confirmed_at is None:
        return go_to("workshops.register", public_id, session_id=session_id)
    row = sheet_row(workshop.register_id, chosen.slot, entry_id)
    form = CorrectionForm(
        data={"status": row.status or "", "seen": str(row.version), "page_key": page_key()}
    )
    words = {
        status.code: status_word(status.code)
        for status in statuses_for("workshop", also_retired=True)
        if status.active or status.code == row.status
    }
    form.status.choices = [(code, word[:1].upper() + word[1:]) for code, word in words.items()]
    refused = False
    if form.validate_on_submit():
        status, why = given(form.status.data), given(form.correction.data)
        answer = _corrected(workshop, chosen, entry_id, form, status, why)
        if was_taken(answer):
            flash(_("Corrected. The reason stands in the history."))
            where = {"session_id": session_id, "entry_id": entry_id}
            return go_to("workshops.mark_history", public_id, **where)
        form.mark_wrong(form.status, _refusal(answer))
        form.seen.data, form.seen.raw_data = str(answer.version), None
        refused = True
    body, code = page(
        "workshops/correct_mark.html", form=form, workshop=workshop, chosen=chosen, row=row
    )
    return body, 409 if refused else code


def _corrected(
    workshop: Workshop,
    chosen: WorkshopSession,
    entry_id: str,
    form: CorrectionForm | SettleMarkForm,
    status: str,
    why: str,
) -> OperationAnswer:
    """Answer to a mark that a form corrects. A locked register takes corrections only; elsewhere
    the reason does no harm."""
    operation = one_operation(
        form.page_key.data,
        chosen.slot.public_id,
        entry_id,
        status,
        whole_number(form.seen.data, 0),
        utc_now(),
        correction=why,
    )
    return closing.correct_mark(workshop.register.public_id, operation, current_actor())


def _refusal(answer: OperationAnswer) -> str:
    return reason_sentence(answer.reason) or _(
        "Somebody changed it meanwhile; what stands now is %(theirs)s. Choose once more.",
        theirs=status_word(answer.status),
    )


_KEEP = "keep"


@blueprint.get("/<public_id>/attendance/counts")
@allow("attendance.see")
def counts(public_id: str) -> ResponseReturnValue:
    """How many were there, by paper, by marks and by other counts."""
    workshop = seen(public_id)
    values = frame(workshop)
    counted = counts_of(workshop.register_id)
    differing = [*counted.open, *(named for named, _reason in counted.settled)]
    return page(
        "workshops/counts.html",
        counts=counted,
        shown=one_group(differing, attrgetter("letter"), request.args.get("group", "")),
        by_slot={session.slot: session for session in values["sessions"]},
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
    slot = chosen.slot.public_id
    named = _difference(workshop, slot, entry_id, source)
    standing = named.difference.status
    form = SettleMarkForm(
        data={"become": _KEEP, "seen": str(named.version), "page_key": page_key()}
    )
    form.become.choices = [
        (_KEEP, _("Leave the mark as it is: %(mark)s", mark=status_word(standing))),
        *(
            (status.code, _("Change it to: %(mark)s", mark=status_word(status.code)))
            for status in statuses_for("workshop")
            if status.code != standing
        ),
    ]
    if form.validate_on_submit():
        become, why = given(form.become.data), given(form.reason.data)
        if become == _KEEP:
            settle_difference(
                workshop.register.public_id,
                slot,
                entry_id,
                source,
                counted=named.difference.counted,
                status=standing,
                reason=why,
                by=current_actor(),
            )
            flash(_("Settled. The reason is kept."))
            return go_to("workshops.counts", public_id, group=named.letter)
        answer = _corrected(workshop, chosen, entry_id, form, become, why)
        if was_taken(answer):
            flash(_("Settled. The mark is changed."))
            return go_to("workshops.counts", public_id, group=named.letter)
        form.mark_wrong(form.become, _refusal(answer))
    return page(
        "workshops/settle.html",
        form=form,
        workshop=workshop,
        chosen=chosen,
        one=named,
        paper=PAPER,
        labels=count_labels(),
    )


def _difference(workshop: Workshop, slot: str, entry_id: str, source: str) -> NamedDifference:
    counted = counts_of(workshop.register_id)
    for named in (*counted.open, *(named for named, _reason in counted.settled)):
        about = named.difference
        if (about.slot, about.entry, about.source) == (slot, entry_id, source):
            return named
    raise NotFound(_("There is no difference here any more."))


@blueprint.get("/<public_id>/documents")
@allow("attendance.see")
def documents(public_id: str) -> str:
    """Papers that can be printed."""
    workshop = seen(public_id)
    values = frame(workshop)
    return render_template(
        "workshops/documents.html",
        days=sorted({to_local(session.starts_at).date() for session in values["sessions"]}),
        chosen=last_choice(workshop.register_id),
        extras=EXTRAS,
        unasked=len(names_not_asked(workshop.register_id)) if values["may_mark"] else 0,
        **values,
    )


def sheet_columns(
    sessions: Sequence[Any], choice: SheetChoice
) -> Mapping[date, tuple[Column, ...]]:
    """Columns to sign on each day, on the programme's clock."""
    days = groupby(sessions, lambda session: to_local(session.starts_at).date())
    return {
        day: columns_of(
            [
                PlannedSlot(row.slot, to_local(row.starts_at).time(), time_text(row.starts_at))
                for row in of_day
            ],
            choice,
        )
        for day, of_day in days
    }


@blueprint.post("/<public_id>/documents/register")
@allow("attendance.mark")
def print_register(public_id: str) -> ResponseReturnValue:
    """The sign-in sheets of one day, or of all, as PDF. Each group has sheets of its own."""
    workshop = mine(public_id, "attendance.mark")
    choice = SheetChoice(
        halves=request.form.get("columns") == "halves",
        extras=known_extras(request.form.getlist("extra")),
        large=request.form.get("rows") == "large",
    )
    wanted = request.form.get("day", "")
    days = {
        day: columns
        for day, columns in sheet_columns(sessions_of(workshop), choice).items()
        if wanted in ("", day.isoformat())
    }
    if not days:
        raise NotFound(_("There is no session on that day."))
    with FlashedProblems(NotFound, tone="warn"):
        sheets = record_sheets(workshop.register.public_id, days, current_actor(), choice=choice)
        return sheets_as_pdf(public_id, sheets, "workshops.documents")
    return go_to("workshops.documents", public_id)


@blueprint.post("/<public_id>/documents/badges")
@allow("attendance.mark")
def print_badges(public_id: str) -> ResponseReturnValue:
    """A badge for everybody, or for all who were asked about their names, as PDF."""
    workshop = mine(public_id, "attendance.mark")
    with FlashedProblems(RenderError), FlashedProblems(NotFound, tone="warn"):
        left_out = request.form.get("unasked") == "leave_out"
        content = badges_pdf(
            workshop.register_id,
            workshop.version.public_title,
            sheet_format(request.form.get("paper", "")),
            leave_out=names_not_asked(workshop.register_id) if left_out else (),
        )
        return noted(download(content, name="badges.pdf", type="application/pdf"))
    return go_to("workshops.documents", public_id)


def sheets_as_pdf(
    public_id: str, sheets: Sequence[str], back: str, *, again: bool = False
) -> ResponseReturnValue:
    """Recorded sheets as one PDF, which is noted where their recording was not; on failure back to
    the page of this endpoint."""
    workshop = mine(public_id, "attendance.mark")
    with FlashedProblems(RenderError):
        content = register_pdf(workshop.register_id, sheets, sheet_head(workshop))
        pdf = download(content, name="register.pdf", type="application/pdf")
        return noted(pdf) if again else pdf
    return go_to(back, public_id)


def sheet_head(workshop: Workshop) -> SheetHead:
    """Head of a workshop's sheets."""
    venue = workshop.venue
    return SheetHead(
        title=workshop.version.public_title,
        place=", ".join(part for part in (venue.name, venue.place) if part) if venue else "",
    )


# Nobody's team is larger, whatever is sent.
MOST_TEAM = 50
_OVER = frozenset({Stage.OVER, Stage.CANCELLED})


def schedule_for(workshop: Workshop, stands: Stage, *, people: bool = False) -> ScheduleAdvice:
    """Advice on a workshop as it is planned, or on its people only; none once it is over."""
    if stands in _OVER:
        return ScheduleAdvice()
    return schedule_advice(wanted_of(workshop), current_actor(), people=people)


def schedule_in_form(
    form: NewWorkshopForm | WorkshopForm,
    version: str,
    workshop: Workshop | None = None,
    *,
    anew: bool = False,
) -> ScheduleAdvice:
    """Advice on what is chosen in a form, whether it can be saved or not; none while its days make
    no sense."""
    days = _days(form)
    taught = version_taught(version) if version and days is not None else None
    if days is None or taught is None:
        return ScheduleAdvice()
    version_id, course_id, public_title = taught
    if workshop is not None:
        spans = spans_of_changed(workshop, days, anew=anew)
    else:
        as_delivered = bool("as_delivered" in form and form["as_delivered"].data)
        spans = spans_of_new(version_id, days, as_delivered=as_delivered)
    capacity = form.capacity.data
    return schedule_advice(
        WantedWorkshop(
            (form.title.data or public_title)[:160],
            spans,
            course_id,
            _team(form),
            "" if form.new_venue.data else form.venue.data or "",
            capacity if capacity and 0 < capacity <= 1000 else None,
            workshop.public_id if workshop is not None else "",
        ),
        current_actor(),
    )


def _team(form: NewWorkshopForm | WorkshopForm) -> list[str]:
    team = dict.fromkeys(filter(None, [*(form.facilitators.data or ()), form.lead.data]))
    return list(team)[:MOST_TEAM]


def _days(form: NewWorkshopForm | WorkshopForm) -> WantedDays | None:
    first, last = form.starts_on.data, form.ends_on.data
    begins, ends = form.day_starts_at.data, form.day_ends_at.data
    if not first or not last or not begins or not ends or ends <= begins:
        return None
    if last < first or (last - first).days >= MOST_DAYS or not 2000 <= first.year <= 2199:
        return None
    return first, last, begins, ends


def advice_for(workshop: Workshop, team: Sequence[Any], stage: Stage) -> TeamAdvice:
    """Advice on the team of a planned workshop, for a person who may change it; none once it is
    over or cancelled."""
    if stage in _OVER or not current_actor().may("workshops.edit"):
        return TeamAdvice()
    advice = advice_on(
        TeamQuestion(
            workshop.version.course_id,
            [trainer.public_id for trainer in team],
            next((trainer.public_id for trainer in team if trainer.lead), ""),
            workshop.starts_on,
            workshop.ends_on,
            workshop.id,
        )
    )
    # Without `told`: that nothing is recorded of a trainer is said where trainers are chosen.
    return TeamAdvice(advice.warnings, advice.to_ask)


def advice_in_form(
    form: NewWorkshopForm | WorkshopForm, version: str, workshop: Workshop | None = None
) -> TeamAdvice:
    """Advice on what is chosen in a form, whether it can be saved or not."""
    taught = version_taught(version) if version else None
    if taught is None:
        return TeamAdvice()
    first = form.starts_on.data or local_today()
    last = max(first, form.ends_on.data or first)
    key = workshop.id if workshop is not None else None
    leads = form.lead.data or ""
    advice = advice_on(TeamQuestion(taught[1], _team(form), leads, first, last, key))
    # Who is free is said of chosen days alone.
    return advice if form.starts_on.data else TeamAdvice(advice.warnings, told=advice.told)


@blueprint.post("/team")
@allow("workshops.edit")
def team() -> str:
    """Advice on what is chosen so far, for a form that is not saved yet."""
    changed = request.args.get("workshop", "")
    workshop = mine(changed) if changed else None
    # The form is read as it is: what is wrong in it is told when it is saved.
    form = NewWorkshopForm(MultiDict(request.form))
    version = workshop.version.public_id if workshop is not None else form.version.data or ""
    return render_template(
        "workshops/form_advice.html",
        advice=advice_in_form(form, version, workshop),
        schedule=schedule_in_form(form, version, workshop, anew=bool(request.form.get("anew"))),
    )
