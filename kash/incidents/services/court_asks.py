"""Answers of people who were asked again before a paper goes to a court, noted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kash.incidents.errors import AskAgain, NobodyAgreed
from kash.incidents.rules.asked_again import CourtPaper, may_be_asked, not_asked
from kash.incidents.rules.parts import CourtAsk
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing
from kash.platform.vault import OpenVault
from kash.platform.web.formats import to_local
from kash.policy import Actor


@dataclass(frozen=True)
class AskedAgain:
    """All that people of a case (ids; an empty one where nobody is on record) said to a paper."""

    persons: Sequence[str]
    given: bool
    paper: CourtPaper
    on: date
    read_back_on: date | None
    language: str


def note_asked_again(
    by: Actor, vault: OpenVault, reference: str, version: int, said: AskedAgain
) -> None:
    """Note what each of them said. Raises NobodyAgreed if the consent to a court of one of them
    does not stand, CaseChangedMeanwhile, NotFound and Damaged."""
    with changing("incidents.court_asked", by, vault, reference, version=version) as case:
        if not said.persons or not set(said.persons) <= set(may_be_asked(case.record)):
            raise NobodyAgreed
        more = [
            CourtAsk(
                person=person,
                given=said.given,
                to_whom=said.paper.to_whom,
                about=said.paper.about,
                on=said.on,
                read_back_on=said.read_back_on,
                language=said.language,
                at=case.change.now,
                by=by.public_id,
            )
            for person in said.persons
        ]
        last = case.record.court_asks[-len(more) :]
        if [(one.person, one.says()) for one in last] == [(one.person, one.says()) for one in more]:
            # The same was sent twice.
            case.change.nothing()
            return
        case.record.court_asks += more
        case.happened("court_asked")


def refuse_unasked(
    record: Record, paper: CourtPaper, told_of: Collection[str], now: datetime
) -> None:
    """Raises AskAgain unless all of whom a paper tells (ids of persons) said yes to it lately."""
    left = not_asked(record, paper, told_of, to_local(now).date())
    if left:
        raise AskAgain([one.code for one in record.persons if one.id in left])
