"""Asking again before a paper goes to a court: on which day, to whom it goes and for which case,
and what it says read back. Her consent to use it before a court says that this is done; a paper is
printed only of people who said yes to that very paper, in the fourteen days before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from kash.incidents.rules.case_file import who_agreed
from kash.incidents.rules.parts import CourtAsk
from kash.incidents.rules.record import Record

LASTS = timedelta(days=14)


@dataclass(frozen=True)
class CourtPaper:
    """A paper that people were asked about: to whom it goes, and for which case."""

    to_whom: str
    about: str

    @property
    def receiver(self) -> str:
        """To whom it goes and for which case, as it is noted and offered."""
        return f"{self.to_whom} · {self.about}"

    @property
    def key(self) -> str:
        """All that stands for it on a page."""
        return sha256(f"{self.to_whom}\n{self.about}".encode()).hexdigest()[:16]


def may_be_asked(record: Record) -> list[str]:
    """Ids of whoever can be asked again, since her consent to a court stands; an empty one where
    nobody is on record."""
    if record.persons:
        return [one.id for one in who_agreed(record)]
    return [""] if record.consents_to("court") else []


def papers_asked_about(record: Record, today: date) -> dict[CourtPaper, list[str]]:
    """Papers with ids of those who said yes to each, and it still counts, the newest first; none of
    whoever said no since, or whose consent to a court stands no more."""
    newest: dict[tuple[CourtPaper, str], CourtAsk] = {}
    for one in record.court_asks:
        paper, before = CourtPaper(one.to_whom, one.about), newest.get((paper_of(one), one.person))
        if before is None or (one.on, one.at) >= (before.on, before.at):
            newest[paper, one.person] = one
    standing = may_be_asked(record)
    found: dict[CourtPaper, list[str]] = {}
    for (paper, person), one in sorted(
        newest.items(), key=lambda item: (item[1].on, item[1].at), reverse=True
    ):
        if counts(one, today) and person in standing:
            found.setdefault(paper, []).append(person)
    return found


def paper_of(one: CourtAsk) -> CourtPaper:
    """The paper that an answer is about."""
    return CourtPaper(one.to_whom, one.about)


def counts(one: CourtAsk, today: date) -> bool:
    """True if it is a yes of the fourteen days before, after what the paper says was read back."""
    days = (one.on, one.read_back_on)
    return one.given and all(day is not None and today - LASTS <= day <= today for day in days)


def not_asked(
    record: Record, paper: CourtPaper, persons: Collection[str], today: date
) -> list[str]:
    """Those of these persons (ids; where nobody is on record an empty one) who did not say yes to
    this paper, or not lately enough."""
    said_yes = papers_asked_about(record, today).get(paper, [])
    return [one for one in persons or [""] if one not in said_yes]
