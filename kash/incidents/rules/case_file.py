"""Her choice: what she wants once her case was verified, asked of each person, and taken for
granted of none. Mediation is one of several ways, and no way is the usual one. What a phone sent as
wishes is not an answer to this. Case file for a lawyer: it may hold those only who agreed, and what
was chosen of it. Of health it speaks only where she agreed to that as well (`health`): without it
all that was typed freely stays out, and what is left are codes, days, amounts, stations and
services of the list, and the digits of numbers. Asking again before a paper goes to a court: on
which day, who gets it and for which case, and what it says read back. Her consent to use it before
a court says that this is done; a paper is printed only of people who said yes to that very paper,
in the fourteen days before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from kash.incidents.rules import records as health
from kash.incidents.rules.parts import (
    NOT_WANTED,
    Act,
    CashBail,
    Choice,
    CourtAsk,
    Evidence,
    Information,
    Party,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record

WAYS = ("help", "complaint", "court", "mediation", "nothing")
NOTHING, MEDIATION = "nothing", "mediation"


def answers_of(record: Record, person: str) -> list[Choice]:
    """All that was noted of a person, the oldest first; also that she could not be asked."""
    return [choice for choice in record.choices if choice.person == person]


def choice_of(record: Record, person: str) -> Choice | None:
    """The newest answer of a person; that she could not be asked is none, and what somebody else
    told never goes over what she said herself."""
    choices = [choice for choice in answers_of(record, person) if choice.wanted]
    choices = [choice for choice in choices if choice.origin == "herself"] or choices
    return max(reversed(choices), key=lambda one: one.at, default=None)


def unheard(record: Record, person: str) -> Choice | None:
    """Choice that somebody else told last of a person, if she had said otherwise herself before: it
    does not count until she says so herself. None if nothing is left open so."""
    counts = choice_of(record, person)
    choices = [choice for choice in answers_of(record, person) if choice.wanted]
    newest = max(reversed(choices), key=lambda one: one.at, default=None)
    if newest is None or counts is None or newest.wanted == counts.wanted:
        return None
    return newest


def everybody(record: Record) -> list[str]:
    """Those to ask: the ids of those on record, or an empty one where nobody is."""
    return list(record.codes) or [""]


def to_ask(record: Record) -> list[str]:
    """Those who were not asked yet, or could not be."""
    return [person for person in everybody(record) if choice_of(record, person) is None]


def wants(record: Record, person: str, way: str) -> bool | None:
    """True if somebody wants this; None as long as she has not said."""
    choice = choice_of(record, person)
    return None if choice is None else way in choice.wanted


def wanted_by_them(record: Record) -> frozenset[str] | None:
    """All that the persons of a case want; None as long as one of them has not said."""
    choices = [choice_of(record, person) for person in everybody(record)]
    if not all(choices):
        return None
    return frozenset(way for choice in choices if choice is not None for way in choice.wanted)


def is_answer(wanted: list[str], origin: str) -> bool:
    """True if this can be an answer: some of the ways, nothing beside nothing, and none of somebody
    who could not be asked."""
    if origin == "not_asked":
        return not wanted
    fits = bool(wanted) and set(wanted) <= set(WAYS)
    return fits and (NOTHING not in wanted or len(wanted) == 1)


PURPOSE = "court"


@dataclass(frozen=True)
class LeftOut:
    """All that a file does not hold of its case: how many persons and pieces of evidence, the words
    that were typed freely, and what concerns health."""

    persons: int = 0
    evidence: int = 0
    words: bool = False
    health: bool = False


@dataclass(frozen=True)
class FileContents:
    """Contents of the paper. `narrative`, `asked_for`, `wanted`, `ward`, `place` and `about_when`
    are empty where they may not stand on it.

    What was asked for is never among `terms`, which are what was agreed.
    """

    persons: list[Person]
    acts: list[Act]
    parties: list[Party]
    information: list[Information]
    terms: list[Term]
    referrals: list[Referral]
    bail: list[CashBail]
    narrative: str = ""
    asked_for: str = ""
    wanted: list[str] = field(default_factory=list)
    ward: str = ""
    place: str = ""
    about_when: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=lambda: LeftOut())


def who_agreed(record: Record) -> list[Person]:
    """The persons of a case whose consent covers a court file now."""
    return [person for person in record.persons if record.consents_to(PURPOSE, person.id)]


def may_print(record: Record) -> bool:
    """True if a case file can be made at all, of somebody who agreed: of each adult by her own
    consent, and of a child by that of her guardian (`Record.agreed_to`)."""
    return bool(who_agreed(record)) if record.persons else record.consents_to(PURPOSE)


def whom_it_shows(record: Record, piece: Evidence) -> list[str]:
    """Ids of all that a piece of evidence shows or names, also of who was taken off the record
    since; an empty one where nobody is on record."""
    return piece.shows or everybody(record)


def who_keeps_it(record: Record, piece: Evidence, *, whole: bool = True) -> list[str]:
    """Those of them without whose consent it stays here: to a paper for a court, and for the
    `whole` of it, which is more than its hash and its steps, to what concerns health too."""
    return who_keeps_back(record, whom_it_shows(record, piece), whole=whole)


def who_keeps_back(record: Record, shown: Collection[str], *, whole: bool = True) -> list[str]:
    """Those of these persons (ids) without whose consent what shows or names them stays here: the
    person who was taken off the record since is among them."""
    purposes = (PURPOSE, health.PURPOSE) if whole else (PURPOSE,)
    there = everybody(record)
    return [
        person
        for person in shown
        if person not in there
        or not all(record.consents_to(purpose, person) for purpose in purposes)
    ]


def is_listed(record: Record, piece: Evidence, chosen: Collection[str]) -> bool:
    """True if a file about these persons, who agreed to it, lists a piece of evidence with its
    hash: it shows nobody else."""
    return set(whom_it_shows(record, piece)) <= {*chosen, ""}


def may_hold_narrative(record: Record, chosen: Collection[str]) -> bool:
    """True if the narrative may be in a file about these persons.

    It was written about everybody in the case, so everybody in it must have agreed, and to what it
    may say of her health; those who are not chosen are still told of in it.
    """
    agreed = record.consents_to(PURPOSE) and health.everybody_may_be_told_of(record)
    return agreed and bool(set(chosen) or not record.persons)


def contents(record: Record, chosen: Collection[str], *, with_narrative: bool) -> FileContents:
    """Contents of the file about these persons; a person who did not agree is left out whatever is
    asked.

    Acts stay if they were done to one of them; parties if they took part in such an act; terms and
    referrals if they are theirs, or nobody's in particular and everybody agreed."""
    persons = [person for person in who_agreed(record) if person.id in chosen]
    ids = {person.id for person in persons}
    everyone = set(record.codes)
    everybody = record.consents_to(PURPOSE) and ids == everyone
    told = health.who_may_be_told_of(record) & ids
    words = everybody and health.everybody_may_be_told_of(record)
    narrative = with_narrative and may_hold_narrative(record, ids)
    may_say = _MayBeSaid(ids, told, everybody=everybody, words=words or narrative)
    acts = [act for act in map(may_say.act, record.acts) if act is not None]
    evidence = [piece for piece in record.evidence if is_listed(record, piece, ids)]
    return FileContents(
        persons=[
            person if person.id in told else person.model_copy(update={"note": ""})
            for person in persons
        ],
        acts=acts,
        parties=_parties(record, acts, words=words),
        information=[_information(source, words=words) for source in record.information]
        if everybody
        else [],
        terms=[_term(term, told, everyone, words=words) for term in record.terms
               if _concerns(term, ids, everyone)],
        referrals=[_referral(referral, told, words=words) for referral in record.referrals
                   if may_say.referral(referral)],
        bail=[_bail(bail, told, words=words) for bail in record.bail
              if bail.person in ids or (everybody and not bail.person)],
        narrative=record.narrative if narrative else "",
        asked_for=record.asked_for if narrative else "",
        wanted=[wish for wish in record.wanted if words or wish not in health.REQUESTS]
        if everybody
        else [],
        ward=record.place.ward if words or narrative else "",
        place=record.place.place if words or narrative else "",
        about_when=record.happening.about_when if words or narrative else "",
        evidence=evidence,
        left_out=LeftOut(
            persons=len(record.persons) - len(persons),
            evidence=len(record.evidence) - len(evidence),
            words=not (words and narrative),
            health=told != ids,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class _MayBeSaid:
    """Of `ids` a file tells, of the health of `told`; `everybody` in the case is among them, and
    `words` may be shown that tell of all."""

    ids: Collection[str]
    told: Collection[str]
    everybody: bool
    words: bool

    def act(self, act: Act) -> Act | None:
        """The act as the file tells it; None if it does not."""
        of_health = act.code in health.ACTS
        allowed = self.told if of_health else self.ids
        whole = self.everybody and (self.words or not of_health)
        people = act.persons or ([] if whole else sorted(allowed))
        persons = [person for person in people if person in allowed]
        if not persons and not (whole and not act.persons):
            return None
        # What is said of an act done to her alone is hers; of several, it may tell of another.
        hers = bool(act.persons) and set(act.persons) <= set(self.told)
        return act.model_copy(
            update={
                "persons": persons,
                "circumstances": act.circumstances if self.words or hers else "",
            }
        )

    def referral(self, one: Referral) -> bool:
        """True if the file tells that somebody was sent to a service."""
        if one.outcome == NOT_WANTED:
            return False
        if one.kind in health.REFERRALS:
            return one.person in self.told if one.person else self.everybody and self.words
        return one.person in self.ids or (self.everybody and not one.person)


def _parties(record: Record, acts: list[Act], *, words: bool) -> list[Party]:
    named = {party for act in acts for party in act.parties}
    if any(not act.parties for act in acts):
        # All of them, but those who did nothing that the file tells.
        told = {act.id for act in acts}
        elsewhere = {key for act in record.acts if act.id not in told for key in act.parties}
        named |= {party.id for party in record.parties} - elsewhere
    there = [party for party in record.parties if party.id in named]
    # That there was a health worker may tell of her health as a sentence does.
    if not words:
        return [_party(party) for party in there if party.kind != health.PARTY]
    # The words to which she agreed say nothing of officers' numbers.
    return [party.model_copy(update={"service_number": ""}) for party in there]


def _party(one: Party) -> Party:
    """A party without what was typed freely."""
    return one.model_copy(
        update={
            "description": "",
            "unit": "",
            "station_name": one.station_name if one.station else "",
            "service_number": "",
        }
    )


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


def _bail(one: CashBail, told: Collection[str], *, words: bool) -> CashBail:
    if words or one.person in told:
        return one
    # A receipt without a digit is one all the same.
    receipt = (_digits(one.receipt) or "–") if one.receipt else ""
    place = one.place_name if one.place else ""
    return one.model_copy(update={"receipt": receipt, "place_name": place})


def _referral(one: Referral, told: Collection[str], *, words: bool) -> Referral:
    if words or one.person in told or one.service:
        return one
    return one.model_copy(update={"service_name": ""})


def _information(one: Information, *, words: bool) -> Information:
    # Nobody weighs her own account: that it was doubted is no fact.
    mine = {"reliability": ""} if one.source == "herself" else {}
    return one.model_copy(update=mine if words else {"connection": "", "note": "", **mine})


def _term(term: Term, told: Collection[str], everyone: Collection[str], *, words: bool) -> Term:
    persons = {term.owed_by, term.owed_to} & set(everyone)
    hers = bool(persons) and persons <= set(told)
    return term if words or hers else term.model_copy(update={"what": ""})


def _concerns(term: Term, ids: Collection[str], everyone: Collection[str]) -> bool:
    persons = {term.owed_by, term.owed_to} & set(everyone)
    return persons <= set(ids) if persons else set(ids) == set(everyone)


LASTS = timedelta(days=14)


@dataclass(frozen=True)
class CourtPaper:
    """A paper that people were asked about: who gets it, and for which case."""

    to_whom: str
    about: str

    @property
    def receiver(self) -> str:
        """Receiver of it and the case, as it is noted and offered."""
        return f"{self.to_whom} · {self.about}"

    @property
    def key(self) -> str:
        """All that stands for it on a page."""
        return sha256(f"{self.to_whom}\n{self.about}".encode()).hexdigest()[:16]


def may_be_asked(record: Record) -> list[str]:
    """Ids of those who can be asked again, since their consent to a court stands; an empty one
    where nobody is on record."""
    if record.persons:
        return [person.id for person in who_agreed(record)]
    return [""] if record.consents_to("court") else []


def papers_asked_about(record: Record, today: date) -> dict[CourtPaper, list[str]]:
    """Papers with ids of those who said yes to each, and it still counts, the newest first; none of
    those who said no since, or whose consent to a court stands no more."""
    newest: dict[tuple[CourtPaper, str], CourtAsk] = {}
    for answer in record.court_asks:
        paper, before = (
            CourtPaper(answer.to_whom, answer.about),
            newest.get((paper_of(answer), answer.person)),
        )
        if before is None or (answer.on, answer.at) >= (before.on, before.at):
            newest[paper, answer.person] = answer
    standing = may_be_asked(record)
    papers: dict[CourtPaper, list[str]] = {}
    for (paper, person), answer in sorted(
        newest.items(), key=lambda item: (item[1].on, item[1].at), reverse=True
    ):
        if counts(answer, today) and person in standing:
            papers.setdefault(paper, []).append(person)
    return papers


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
    return [person for person in persons or [""] if person not in said_yes]
