"""Choosing the parts that a programme uses: one person proposes, a director who is independent
agrees. Whatever is off keeps what was stored, and what protects people goes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.accounts.errors import NotIndependent
from kash.accounts.models import Programme
from kash.accounts.queries.accounts import accounts_with_role, standing_in_requests
from kash.accounts.services.notices import notify
from kash.feature import CHOICES
from kash.incidents.queries.letterbox import anything_open
from kash.platform.approvals.rules import Standing
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, Forbidden, Problem, one_or_404
from kash.platform.web.programme import forget_programme_facts
from kash.platform.web.today import AnswerKind, answer
from kash.policy import Actor, Role

PART = "choices"
_WORDS = ("desk.choices", "_anchor", _l("What this programme uses"), _l("See what"))
CHANGED = AnswerKind("choices_changed", _l("On %(when)s two people changed it."), *_WORDS)
CASES_CHANGED = AnswerKind(
    "cases_changed",
    _l(
        "On %(when)s two people changed whether cases are worked on here. If you know nothing of"
        " it, tell the director or a custodian at once."
    ),
    *_WORDS,
)
SENT_BACK = AnswerKind(
    "choices_sent_back", _l("On %(when)s what you proposed was sent back."), *_WORDS
)
_OPEN = _l(
    "Cases stay while one is open, or a report is on its way. The proposal went back to the person"
    " who made it."
)


class ChoicesProposed(NamedTuple):
    """Proposal of what the programme doesn't use: by which account, and since when."""

    off: frozenset[str]
    by: str
    at: datetime


def proposal_in(settings: Mapping[str, Any]) -> ChoicesProposed | None:
    """The proposal that waits in the programme's settings, None if none does."""
    waits = settings.get(PART, {}).get("proposed")
    if not waits:
        return None
    return ChoicesProposed(
        frozenset(waits["off"]), waits["by"], datetime.fromisoformat(waits["at"])
    )


def _locked(session: Session, version: int) -> Programme:
    programme = one_or_404(session.get(Programme, 1, with_for_update=True))
    if programme.version != version:
        raise ChangedMeanwhile
    return programme


def _keep(programme: Programme, off: Collection[str], proposed: Mapping[str, Any] | None) -> None:
    choices = {"off": [name for name in CHOICES if name in off], "proposed": proposed}
    programme.settings = {**programme.settings, PART: choices}
    programme.version += 1


def _off(programme: Programme) -> frozenset[str]:
    return frozenset(programme.settings.get(PART, {}).get("off", ()))


def propose_choices(off: Collection[str], version: int, *, by: Actor) -> bool:
    """Propose what the programme doesn't use, in place of what was proposed before; True if it
    holds at once, since there is no director yet. Raises Problem and ChangedMeanwhile."""
    with audited("choices.proposed", by) as change:
        programme = _locked(change.session, version)
        differing = _off(programme) ^ set(off)
        if not differing:
            raise Problem(_l("That is what holds now. Tick or untick something."), field="used")
        change.about(*(f"choice:{name}" for name in sorted(differing)))
        alone = programme.founded_at is None
        if alone and "cases" in differing & set(off) and anything_open(change.session):
            raise Problem(_l("Cases stay while one is open."), field="used")
        waits = {"off": sorted(off), "by": by.public_id, "at": change.now.isoformat()}
        _keep(programme, off if alone else _off(programme), None if alone else waits)
    forget_programme_facts()
    return alone


def agree_to_choices(version: int, *, by: Actor) -> None:
    """Agree to exactly what was shown: it holds at once, and who must know of it is told.

    While a case is open, cases stay and the whole proposal goes back: so nobody alone can ask again
    and again whether one is. Raises Problem, NotIndependent and ChangedMeanwhile.
    """
    refused = False
    with audited("choices.decided", by) as change:
        programme = _locked(change.session, version)
        proposed = _proposal(programme)
        standing = standing_in_requests(change.session, by.public_id, [proposed.by], change.now)
        stands = standing(asked_by=proposed.by, concerned="")
        if stands is not Standing.MAY:
            raise NotIndependent(stands)
        differing = _off(programme) ^ proposed.off
        refused = "cases" in differing & proposed.off and anything_open(change.session)
        if refused:
            _turn_back(change, programme, proposed, by)
        else:
            change.about(*(f"choice:{name}" for name in sorted(differing)))
            _keep(programme, proposed.off, None)
            _tell(change, differing, by)
    forget_programme_facts()
    if refused:
        raise Problem(_OPEN)


def turn_choices_back(version: int, *, by: Actor) -> None:
    """Take back what one proposed, or send back what another did. Raises Problem, Forbidden and
    ChangedMeanwhile."""
    with audited("choices.decided", by) as change:
        programme = _locked(change.session, version)
        proposed = _proposal(programme)
        if proposed.by != by.public_id and not by.may("settings.agree"):
            raise Forbidden
        _turn_back(change, programme, proposed, by)


def _proposal(programme: Programme) -> ChoicesProposed:
    proposed = proposal_in(programme.settings)
    if proposed is None:
        raise Problem(_l("Nothing is proposed any more."))
    return proposed


def _turn_back(change: Change, programme: Programme, proposed: ChoicesProposed, by: Actor) -> None:
    change.about("settings")
    _keep(programme, _off(programme), None)
    if proposed.by != by.public_id:
        answer(change.session, proposed.by, SENT_BACK.kind, change.now, PART)


def _tell(change: Change, differing: Collection[str], by: Actor) -> None:
    """Tell all who answer for the programme; if cases are on or off now, also all who work on
    them."""
    cases = "cases" in differing
    more = (Role.DOCUMENTATION, Role.CUSTODIAN) if cases else ()
    kind = CASES_CHANGED.kind if cases else CHANGED.kind
    for account in accounts_with_role(Role.ADMINISTRATOR, Role.DIRECTOR, *more):
        if account.public_id != by.public_id:
            notify(change.session, account, kind, change.now, request_id=PART)
