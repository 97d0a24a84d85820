"""The page of one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from kash.incidents import blueprint, mediation_words, names, retention_words, wording
from kash.incidents.forms.casework import CommentForm
from kash.incidents.queries.autosaves import autosaves_left
from kash.incidents.queries.calendar import court_days
from kash.incidents.queries.cases import Case
from kash.incidents.queries.links import linked_to
from kash.incidents.queries.officers import Officer, decides_alone, kept_away, officers
from kash.incidents.rules.acts import MONEY
from kash.incidents.rules.clocks import clocks_of, unset_clocks
from kash.incidents.rules.custodian_only import Seen
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.rules.mediation import events_of, whom_to_free
from kash.incidents.rules.mediation_gate import standing_of
from kash.incidents.rules.parts import MemberAnswer
from kash.incidents.rules.record import Event, Record
from kash.incidents.rules.retention import what_keeps
from kash.incidents.rules.withdrawing import moments
from kash.incidents.rules.workflow import (
    ASK_HER,
    OVER,
    Refusal,
    next_step,
    open_steps,
    refusal_of,
)
from kash.incidents.sections import actions_of, sections_of
from kash.incidents.services import assignment
from kash.incidents.services.cases import note_opening
from kash.incidents.services.workflow import mark_urgent
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.incidents.views.guarded import guarded
from kash.platform.database import utc_now
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import zone
from kash.policy import Actor, allow


@dataclass(frozen=True)
class Next:
    """The one thing to do next: a step or `ASK_HER`, and whether somebody else has to do it."""

    verb: str
    somebody_else: bool = False

    @property
    def asks_her(self) -> bool:
        """True if it is to ask what is wanted, which has a page of its own."""
        return self.verb == ASK_HER


def next_of(case: Case, actor: Actor) -> Next | None:
    """Next step of a case, None if there is none or the actor only reads."""
    standing = standing_of(case.record)
    verb = next_step(case.state, standing)
    if not verb or not actor.may("incidents.edit"):
        return None
    if verb == ASK_HER:
        return Next(verb)
    why = refusal_of(
        verb,
        case.state,
        by=actor.public_id,
        filed_by=case.record.filing.author,
        triaged_by=case.record.triage.by,
        alone=decides_alone(actor.public_id, case.seen),
        standing=standing,
    )
    return Next(verb, why is Refusal.SAME_PERSON)


@blueprint.get("/<reference>")
@allow("incidents.see")
@require_vault
def case(reference: str) -> ResponseReturnValue:
    """One case; its opening is noted."""
    actor, vault, found = load_case(reference)
    answers = [one for one in found.record.member_answers if one.by == actor.public_id]
    note_opening(actor, vault, found, answers=True)
    return _page(found, actor, answers=answers)


@blueprint.post("/<reference>/o")
@allow("incidents.edit")
@require_vault
def comment(reference: str) -> ResponseReturnValue:
    """Write to the others."""
    actor, vault, case = load_case(reference)
    form = CommentForm()
    if not form.validate_on_submit():
        note_opening(actor, vault, case)
        return _page(case, actor, form), 422
    assignment.comment(reference, form.text.data, by=actor, vault=vault)
    return redirect(url_for("incidents.case", reference=reference, _anchor="comments"), 303)


@blueprint.post("/<reference>/u")
@allow("incidents.edit")
@require_vault
def urgent(reference: str) -> ResponseReturnValue:
    """Say that a case cannot wait, or that it can."""
    actor, vault, _found = load_case(reference)
    # As the button said: pressed twice, or by two at once, it is the same.
    cannot_wait = request.form.get("urgent") == "1"
    mark_urgent(reference, cannot_wait, by=actor, vault=vault)
    flash(_("Marked as urgent.") if cannot_wait else _("It is no longer marked as urgent."))
    return redirect(url_for("incidents.case", reference=reference), 303)


def _page(
    case: Case,
    actor: Actor,
    comment_form: Form | None = None,
    answers: Sequence[MemberAnswer] = (),
) -> str:
    record, now = case.record, utc_now()
    everybody = officers()
    works = actor.may("incidents.edit")
    clocks = _clocks(record, now) if case.state not in OVER else []
    return render_template(
        "incidents/case.html",
        actor=actor,
        case=case,
        record=record,
        answers=answers,
        paper_reference=code_as_shown(record.paper_reference),
        now=now,
        works=works,
        over=case.state in OVER,
        keeps=what_keeps(record, case.state),
        keeping=retention_words,
        next=next_of(case, actor),
        other_steps=_other_steps(case) if works else [],
        timeline=_timeline(record),
        clocks=clocks,
        limit_over=any(not one["clock"].runs(now) for one in clocks),
        unset=unset_clocks(record) if case.state not in OVER else [],
        away=_away(everybody, case.seen),
        links=linked_to(record, actor),
        names=account_names(_accounts(record)),
        called=_called(record),
        told_at=wording.told_at,
        money=MONEY,
        says=wording,
        words=names,
        stopped=_stopped(record),
        held=bool(whom_to_free(record)),
        guarded=guarded(case, actor),
        left=autosaves_left(actor, the_vault(), case.reference, case.seen) if works else [],
        comment_form=comment_form or CommentForm(),
        sections=sections_of(case, actor),
        beside=sections_of(case, actor, beside=True),
        actions=actions_of(case, actor),
    )


def _stopped(record: Record) -> str:
    """Codes of those who do not let it be kept, or that it is everybody."""
    codes = {one.id: one.code for one in record.persons}
    stopped = record.who_stopped()
    if len(stopped) >= len(codes):
        return _("everybody")
    return ", ".join(codes[one] for one in stopped)


def _other_steps(found: Case) -> list[str]:
    standing = standing_of(found.record)
    usual = next_step(found.state, standing)
    return [step.verb for step in open_steps(found.state, standing) if step.verb != usual]


def _timeline(record: Record) -> list[Event]:
    """Events of a case, the newest first, with what mediators answered."""
    ended = {one.id: mediation_words.results_text(one) for one in record.interventions}
    answers = [
        event.model_copy(update={"reason": ended[event.about]})
        if event.what == "mediation_ended"
        else event
        for event in events_of(record)
    ]
    # Mediators' answers are known to the minute.
    order = sorted(
        [*moments(record), *((event.at, event) for event in answers)],
        key=lambda one: one[0].replace(second=0, microsecond=0),
    )
    return [event for _at, event in order][::-1]


def _clocks(record: Record, now: datetime) -> list[Any]:
    codes = {one.id: one.code for one in record.persons}
    return [
        {
            "clock": clock,
            "whom": [(person, codes[person]) for person in clock.persons],
            "several": len(codes) > 1,
            "since": wording.since_text(clock, now) if clock.kind == "court" else "",
            "left": wording.left_text(clock, now),
            "tone": wording.clock_tone(clock, now),
            "advice": wording.clock_advice(clock, now),
        }
        for clock in clocks_of(record, zone(), court_days())
    ]


def _away(everybody: list[Officer], seen: Seen) -> list[Any]:
    """People who are kept away: custodians read who and why, others only that somebody is."""
    found = kept_away(everybody, seen)
    of = {one.public_id: one.name for one in everybody}
    return [(of[account], wording.CONFLICT_NAMES[why]) for account, why in found.items()]


def _accounts(record: Record) -> set[str]:
    found = {event.by for event in record.timeline} | {one.by for one in record.comments}
    found |= {one.mediator for one in record.interventions} | {one.by for one in record.choices}
    found |= {one.account for one in record.information}
    found |= {event.about for event in record.timeline if event.what in ("assigned", "declared")}
    found |= {one.by for one in record.proposals}
    found |= {account for one in record.holds for account in (one.by, one.second)}
    return found | {record.assigned_to, record.filing.author} - {""}


def _called(record: Record) -> dict[str, str]:
    """Labels of persons and parties where an act names them."""
    called = {one.id: one.code for one in record.persons}
    for one in record.parties:
        place = one.station_name or str(names.PARTY_KIND_NAMES.get(one.kind, one.kind))
        rank = names.RANK_BAND_NAMES.get(one.rank_band) if one.rank_band != "unknown" else None
        called[one.id] = f"{rank}, {place}" if rank else place
    return called
