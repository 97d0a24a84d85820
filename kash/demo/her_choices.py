"""The choices of the sample's people once a case was verified, and what may be asked for them."""

from __future__ import annotations

from datetime import datetime

from kash.incidents import charge_warning
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.mediation_gate import CHARGE, is_shut
from kash.incidents.rules.parts import Choice
from kash.incidents.rules.record import Event, Record
from kash.platform.web.formats import to_local

_WANTED = {
    "referred": ["help", "complaint"],
    "mediation": ["mediation"],
    "resolved": ["mediation"],
    "unresolved": ["help", "mediation"],
    "closed": ["mediation"],
}


def let_them_choose(record: Record, state: str, asked: str, officer: str, at: datetime) -> None:
    """Note what each wants, as far as the case went. Of the verified ones nobody was asked yet, but
    one where the first was, and the other could not be."""
    for number, person in enumerate(record.persons):
        wanted = _WANTED.get(state, [])
        if state == "verified":
            if asked != "return":
                continue
            wanted = [] if number else ["complaint", "mediation"]
        record.choices.append(
            Choice(
                person=person.id,
                wanted=wanted,
                on=to_local(at).date(),
                at=at,
                by=officer,
                origin="herself" if wanted else "not_asked",
            )
        )
        record.timeline.append(Event(what="asked_her", by=officer, at=at, state="verified"))
        if asked == CHARGE:
            record.own_words.append(
                CaseConsent(
                    purpose=CHARGE,
                    given=True,
                    at=at,
                    by=officer,
                    person=person.id,
                    wording=charge_warning.VERSION,
                )
            )


def requests_for(record: Record, asked: str) -> tuple[str, ...]:
    """A request to a mediator of the sample about a case."""
    if is_shut(record):
        return ("stop",)
    return ("return", "pay") if asked == "return" else (asked,)
