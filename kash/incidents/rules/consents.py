"""Consents of somebody in a case: what was said of each purpose, and what holds. A *wish* is what
was ticked on a phone, entered from paper, or told by somebody else. An *answer* is what she said
herself when the words were read out to her. A wish is enough to keep a report and to ask a
mediator, since both may have to be done before anybody has spoken with her, and both end as soon as
she says no. To ask for the release of who is held takes not even a wish (`mediation`). Whatever is
told, counted or printed cannot be called back: that takes an answer. A no counts however it is
known, if a member noted it. Conflicts of interest: nobody reads, verifies or mediates a case who is
part of it, told of it or serves where it happened, staff included. An officer who wrote down what
somebody told her is no source: she goes on working on it, and only another verifies it
(`workflow`). Cases that go straight to a custodian, and that no documentation officer and no
director sees. They are those with somebody who is or may be under 18 (`minors`), and those with
somebody of the programme on the other side. What tells it is sealed, so it is decided of an opened
record, at the one place where conflicts of interest are (`queries.cases.Sight`). A screen of a
phone that would tell it and does not open counts as if it did. Where no custodian is free, a
child's case is worked on by documentation officers after all, since she may be in a cell; somebody
of the programme might be any of them, so nobody reads that one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from kash.incidents.rules.parts import Party

PURPOSES = ("record", "mediation", "forum_totals", "forum_story", "funder", "court", "health")
# How it is known that somebody agrees, and for what it is enough that she could not be asked.
ORIGINS = ("herself", "told_reporter", "not_asked")
UNASKED = frozenset({"mediation"})
# Who decides for a child: how it is known then, by a paper that a custodian names.
GUARDIANS = ("guardian", "children_officer")
# For what a wish is enough.
WISHED = frozenset({"record", "mediation"})
# Purposes whose words said something else than what is done, before this version: a yes to them is
# asked again, since nobody agreed to what is done.
ASKED_AGAIN = frozenset({"forum_totals", "forum_story", "funder", "court"})
_SINCE = (2026, 6)


class CaseConsent(BaseModel):
    """Consent to one purpose, by one person or, if that is empty, by all. `origin`: how it is
    known, one of `ORIGINS`, or for a child of `GUARDIANS`. `wording` and `language`: the version of
    the words that were read out or shown, and in which language. `for_all`: it was said for
    everybody at once, and she is one of them."""

    model_config = ConfigDict(extra="allow", validate_assignment=False)

    purpose: str
    given: bool
    at: datetime
    by: str
    person: str = ""
    wording: str = ""
    language: str = ""
    origin: str = "herself"
    wish: bool = False
    for_all: bool = False
    # The paper by which one of `GUARDIANS` said it.
    paper: str = ""

    @property
    def was_read_out(self) -> bool:
        """True if she said it herself, of words that are known and kept what they promised."""
        return self.was_heard and not self.is_asked_again

    @property
    def was_heard(self) -> bool:
        """True if she said it herself, of words that are known, whatever they promised."""
        return not self.wish and self.origin == "herself" and bool(self.wording)

    @property
    def is_asked_again(self) -> bool:
        """True if it was said of words that promised something else than what is done."""
        return is_of_earlier_words(self.purpose, self.wording)

    @property
    def is_of_nobody_yet(self) -> bool:
        """True if it is a wish for something that was said when nobody was on record; but a report
        that one of them wants to be kept is kept."""
        nobodys = self.wish and self.given and not self.person and self.origin != "not_asked"
        return nobodys and self.purpose != "record"

    @property
    def is_taken_back(self) -> bool:
        """True if it was taken back by the holder of the receipt: nobody knows which of them she
        is."""
        return not (self.given or self.by or self.person)


def is_of_earlier_words(purpose: str, wording: str) -> bool:
    """True if these words (a version) promised something else of a purpose than what is done."""
    return purpose in ASKED_AGAIN and _number(wording) < _SINCE


def _number(wording: str) -> tuple[int, ...]:
    parts = wording.split("-")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()


def standing(
    consents: Sequence[CaseConsent],
    purpose: str,
    person: str,
    *,
    several: bool,
    earlier_words: bool = False,
) -> CaseConsent | None:
    """Answer that counts of all that was said of a purpose by or for a person (an id, or empty: by
    nobody in particular); None if none does. `several`: whether several people are on record;
    `earlier_words`: whether a yes counts that is to be asked again, which permits nothing but that
    the report is kept until then.

    The newest counts, and of those of one moment the last; but what was said for all at once never
    goes over what she refused herself, nor does a wish that somebody else noted, and that she could
    not be asked never goes over what she said.
    """
    answers = [
        _as_it_counts(consent, several)
        for consent in reversed(consents)
        if consent.purpose == purpose
        and consent.person in ("", person)
        and _counts(consent, earlier_words)
    ]
    answers = [consent for consent in answers if consent.origin != "not_asked"] or answers
    own = _newest(consent for consent in answers if _is_her_own(consent, person))
    if own is not None and not own.given:
        return own
    return _newest(answers)


def _newest(said: Iterable[CaseConsent]) -> CaseConsent | None:
    return max(said, key=lambda one: one.at, default=None)


def is_refused_herself(consents: Sequence[CaseConsent], purpose: str, person: str) -> bool:
    """True if a person refused it herself, so that no answer for all goes over it, and no wish."""
    own = _newest(
        consent
        for consent in reversed(consents)
        if consent.purpose == purpose
        and consent.origin != "not_asked"
        and _counts(consent)
        and _is_her_own(consent, person)
    )
    return own is not None and not own.given


def guardians_answer(
    consents: Sequence[CaseConsent], purpose: str, person: str
) -> CaseConsent | None:
    """The newest answer that the guardian of a child gave for her, by a paper; None if there is
    none, or if it was said of words that are asked again."""
    newest = _newest(
        consent
        for consent in reversed(consents)
        if (consent.purpose, consent.person) == (purpose, person) and consent.origin in GUARDIANS
    )
    whole = newest is not None and newest.paper and newest.wording and not newest.is_asked_again
    return newest if whole else None


def is_agreed_for(consents: Sequence[CaseConsent], purpose: str, person: str) -> bool:
    """True if the guardian of a child agreed for her, and she did not say no herself: her own word
    is never gone over by theirs."""
    answer = guardians_answer(consents, purpose, person)
    refused = is_refused_herself(consents, purpose, person)
    return answer is not None and answer.given and not refused


def holds(answer: CaseConsent | None) -> bool:
    """True if the answer that counts is a consent."""
    if answer is None or not answer.given:
        return False
    return answer.origin != "not_asked" or answer.purpose in UNASKED


def refuses_keeping(answer: CaseConsent | None) -> bool:
    """True if the answer that counts to keeping the report is a no, or was taken back: with it all
    other uses end. A tick that was left out on a phone is none, nor is that she could not be
    asked."""
    if answer is None or answer.origin == "not_asked":
        return False
    return not (answer.given or answer.wish)


def says_yes_herself(consents: Sequence[CaseConsent], person: str) -> bool:
    """True if a person said yes herself to keeping the report, or to a court, which takes that it
    is there, and said no other to a member since. What somebody takes back by a receipt says
    nothing of that: nobody knows whose it is."""
    for purpose in ("record", "court"):
        own = _newest(
            consent
            for consent in reversed(consents)
            if consent.purpose == purpose
            and consent.by
            and not consent.wish
            and consent.origin == "herself"
            and consent.person in ("", person)
        )
        if own is not None and (own.given or purpose == "record"):
            return own.given
    return False


def _counts(one: CaseConsent, earlier_words: bool = False) -> bool:
    if one.origin in GUARDIANS:
        return False
    if one.purpose in WISHED:
        return True
    if not one.given:
        return not one.wish
    return one.was_read_out or (earlier_words and one.was_heard)


def _is_her_own(one: CaseConsent, person: str) -> bool:
    """True if it is her own answer, no wish and nothing that was said for all at once."""
    # Who holds the receipt is one of them, and nobody knows which; nor who said no before anybody
    # was on record. Each is asked again herself. But a report is not deleted on such a guess.
    of_each = not (one.given or one.person or one.for_all) and one.purpose != "record"
    hers = one.person == person and not one.for_all
    return not one.wish and (hers or of_each or one.is_taken_back)


def _as_it_counts(one: CaseConsent, several: bool) -> CaseConsent:
    # Of several nobody knows who it was that wished it, or whether the others were asked.
    if several and one.is_of_nobody_yet:
        return one.model_copy(update={"origin": "not_asked"})
    return one


def wishes_of(consents: Sequence[CaseConsent], person: str) -> dict[str, CaseConsent]:
    """The newest wish of a person for each purpose, also where a wish permits nothing."""
    wishes = {}
    for purpose in PURPOSES:
        newest = _newest(
            consent
            for consent in reversed(consents)
            if consent.purpose == purpose and consent.wish and consent.person in ("", person)
        )
        if newest is not None:
            wishes[purpose] = newest
    return wishes


def for_each(
    one: CaseConsent, persons: Sequence[str], *, of_nobody: bool = False
) -> list[CaseConsent]:
    """Something that was said for everybody, as what each of these people said: a person who comes
    on record later has not said it. What was said of nobody yet (`of_nobody`: whatever it was) is
    of several only a guess."""
    several = len(persons) > 1
    more: dict[str, object] = {"for_all": several}
    if several and (one.is_of_nobody_yet or (of_nobody and one.purpose != "record")):
        more = {"origin": "not_asked"}
    return [one.model_copy(update={"person": person, **more}) for person in persons]


class Conflict(StrEnum):
    """Why somebody is kept away."""

    NAMED = "named"
    STATION = "station"
    DECLARED = "declared"
    TOLD = "told"


@dataclass(frozen=True)
class Reader:
    """Reader as far as she is known here: public ids, and service numbers as written.

    `stations` are all the stations at which she serves, or ever served.
    """

    account: str
    person: str = ""
    stations: frozenset[str] = frozenset()
    service_numbers: frozenset[str] = field(default=frozenset())


def service_number_as_read(number: str) -> str:
    """A service number in its one form: its digits, however it is written ("P/No. 04 177"). One
    with fewer than three digits keeps its letters."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    if len(digits) >= 3:
        return digits.lstrip("0")
    return "".join(letter for letter in number.casefold() if letter.isalnum()).lstrip("0")


def conflict_of(reader: Reader, record: Seen) -> Conflict | None:
    """Why this reader must not see the case, None if she may."""
    if reader.account in record.declared:
        return Conflict.DECLARED
    if reader.account in record.told_by():
        return Conflict.TOLD
    if reader.person and reader.person in record.is_about():
        return Conflict.NAMED
    numbers = {service_number_as_read(number) for number in reader.service_numbers} - {""}
    for party in record.parties:
        if party.account and party.account == reader.account:
            return Conflict.NAMED
        if party.person and party.person == reader.person:
            return Conflict.NAMED
        if service_number_as_read(party.service_number) in numbers:
            return Conflict.NAMED
    if reader.stations & implicated_stations(record):
        return Conflict.STATION
    return None


def implicated_stations(record: Seen) -> frozenset[str]:
    """The stations whose officers are parties to a case, by public id."""
    return frozenset(
        party.station for party in record.parties if party.kind == "police" and party.station
    )


PROGRAMME = "programme"
# The screens of a phone on which it is asked how old somebody is, and who did it.
WHOM, WHO = "whom", "who"


class Seen(Protocol):
    """A record, as far as who may see it depends on it."""

    @property
    def parties(self) -> Sequence[Party]:
        """People who took part."""

    @property
    def declared(self) -> Sequence[str]:
        """Accounts that said that they must not work on it."""

    def told_by(self) -> Collection[str]:
        """Accounts from which it is known: who filed it on a phone, and sources."""

    def is_about(self) -> Collection[str]:
        """Persons known here who it was done to, or who told of it, by public id."""

    def unread(self) -> Collection[str]:
        """Screens of a phone that nobody could put together with it, by their names."""

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides about a report of bribery, or a term set aside."""

    def has_minor(self) -> bool:
        """True if somebody on record is under 18, or may be."""


class ForCustodian(StrEnum):
    """Why a case is for a custodian alone."""

    MINOR = "minor"
    PROGRAMME = "programme"


def for_custodian(record: Seen) -> ForCustodian | None:
    """Why a case is for a custodian alone, None if it is not."""
    unread = record.unread()
    if WHO in unread or any(party.kind == PROGRAMME for party in record.parties):
        return ForCustodian.PROGRAMME
    return ForCustodian.MINOR if WHOM in unread or record.has_minor() else None


def may_read(record: Seen, *, custodian: bool, somebody_free: Callable[[], bool]) -> bool:
    """True if somebody without a part in a case may read it, as far as it is for a custodian.

    `custodian`: whether she is one; `somebody_free`: whether any custodian has no part in it, asked
    only where it matters.
    """
    why = for_custodian(record)
    return why is None or custodian or (why is ForCustodian.MINOR and not somebody_free())
