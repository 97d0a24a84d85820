"""Consents of people in a case, purpose by purpose: given, refused and taken back. Answers of
people who were asked again before a paper goes to a court, noted. Notes of case files that were
printed, and the names that a custodian shows in one. Choices of each person of a case, noted; and
her own yes to what may get her charged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from pydantic import ValidationError

from kash.incidents import documents as charge_warning
from kash.incidents.consent_texts import TEXTS, VERSION
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.mediation import KIND as EVIDENCE
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.case_file import (
    WAYS,
    CourtPaper,
    answers_of,
    everybody,
    is_answer,
    may_be_asked,
    may_print,
    not_asked,
    who_agreed,
)
from kash.incidents.rules.consents import (
    GUARDIANS,
    ORIGINS,
    UNASKED,
    WISHED,
    CaseConsent,
    guardians_answer,
    is_refused_herself,
    standing,
)
from kash.incidents.rules.mediation_gate import CHARGE, has_own_yes, own_answer
from kash.incidents.rules.older_records import BY_GUARDIAN, NEVER_FOR_MINORS
from kash.incidents.rules.parts import Choice, CourtAsk, Evidence, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import from_bytes
from kash.incidents.services.brief_endings import end_briefs_without_consent
from kash.incidents.services.cases import changing, locked_incident, save_record
from kash.incidents.services.documentation import KIND, facts_from
from kash.incidents.services.saved_views import NOBODY_AGREED, CaseChangedMeanwhile
from kash.platform.database import db
from kash.platform.vault import CompartmentName, OpenVault, audited, fetch, keep_keys, open_each
from kash.platform.vault.envelope import SealError
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor, Role


@dataclass(frozen=True)
class GuardiansAnswer:
    """Answers (to some of `BY_GUARDIAN`) for a child (her id) by one of `GUARDIANS`; `paper` names
    what they are by, such as a signed form or an order, with its day."""

    person: str
    answers: Mapping[str, bool]
    origin: str
    paper: str
    language: str = ""


@dataclass(frozen=True)
class NotedConsents:
    """Outcome of noting answers: if anything differed, and for each purpose the persons (ids) that
    an answer for everybody, or one that somebody else told, leaves out, since they refused it
    themselves."""

    changed: bool
    left_out: Mapping[str, Sequence[str]]


def answer_consents(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    person: str,
    answers: Mapping[str, bool],
    origin: str = "herself",
    language: str = "",
) -> NotedConsents:
    """Note the answers of one person of the case, or, if `person` is empty, those of everybody on
    record; of a purpose that is not among `answers` nothing was asked.

    `origin` says how they are known, one of `ORIGINS`: only what she said herself is an answer,
    what she told somebody else is a wish (for `WISHED`), and for a person who could not be asked
    only what may be done unasked is noted. Only what differs from what stands is noted. What was
    withdrawn holds no more from this moment: everything that uses a consent asks for it anew, and a
    mediator's open brief ends. Raises CaseChangedMeanwhile, NotFound and Damaged."""
    if origin not in ORIGINS:
        raise NotFound
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        record = case.record
        sayable = _sayable(record, answers, origin)
        everyone = list(record.codes)
        if person and person not in everyone:
            raise NotFound
        people = [person] if person or not everyone else everyone
        for_all = not person and len(everyone) > 1
        left_out: dict[str, list[str]] = {}
        more: list[CaseConsent] = []
        for purpose, given in sayable.items():
            for somebody in people:
                of_others = for_all or origin == "told_reporter"
                if of_others and given and is_refused_herself(record.consents, purpose, somebody):
                    left_out.setdefault(purpose, []).append(somebody)
                    continue
                if given and _is_not_hers_to_give(record, purpose, somebody):
                    continue
                answer = CaseConsent(
                    purpose=purpose,
                    given=given,
                    at=case.now,
                    by=by.public_id,
                    person=somebody,
                    wording=VERSION if origin != "not_asked" else "",
                    language=language if origin != "not_asked" else "",
                    origin=origin,
                    wish=given and origin != "herself",
                    for_all=for_all,
                )
                if _differs(record, answer):
                    more.append(answer)
        if not more:
            case.nothing()
            return NotedConsents(False, left_out)
        record.consents += more
        end_briefs_without_consent(case.session, record)
        case.happened("consents")
        return NotedConsents(True, left_out)


def note_guardians_answer(
    by: Actor, vault: OpenVault, reference: str, version: int, said: GuardiansAnswer
) -> bool:
    """Note what the guardian of a child said for her, by a paper; whether that differed from what
    stands. Only a custodian notes it, and it goes over no word of the child's own. Raises
    CaseChangedMeanwhile, NotFound and Damaged."""
    is_whole = (
        said.origin in GUARDIANS and said.paper.strip() and said.answers.keys() <= BY_GUARDIAN
    )
    if Role.CUSTODIAN not in by.roles or not is_whole:
        raise NotFound
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        record = case.record
        if not record.is_child(said.person):
            raise NotFound
        more = [
            CaseConsent(
                purpose=purpose,
                given=given,
                at=case.now,
                by=by.public_id,
                person=said.person,
                wording=VERSION,
                language=said.language,
                origin=said.origin,
                paper=said.paper.strip(),
            )
            for purpose, given in said.answers.items()
            if _is_new(guardians_answer(record.consents, purpose, said.person), given, said)
        ]
        if not more:
            case.nothing()
            return False
        record.consents += more
        case.happened("consents")
        return True


def _is_new(stands: CaseConsent | None, given: bool, said: GuardiansAnswer) -> bool:
    stood = stands and (stands.given, stands.origin, stands.paper)
    return stood != (given, said.origin, said.paper.strip())


def _is_not_hers_to_give(record: Record, purpose: str, person: str) -> bool:
    """True if a child's yes says nothing: her guardian gives it. That she takes back her own no is
    noted."""
    if purpose not in BY_GUARDIAN or not record.is_child(person):
        return False
    return not is_refused_herself(record.consents, purpose, person)


def _sayable(record: Record, answers: Mapping[str, bool], origin: str) -> dict[str, bool]:
    """Answers among these that can be known in this way, and may be asked in this case."""
    never = NEVER_FOR_MINORS if record.has_minor() else frozenset()
    sayable = {
        purpose: given
        for purpose, given in answers.items()
        if purpose in TEXTS and not (given and purpose in never)
    }
    if origin == "not_asked":
        return {purpose: True for purpose in UNASKED if sayable.get(purpose)}
    if origin == "told_reporter":
        return {
            purpose: given for purpose, given in sayable.items() if purpose in WISHED or not given
        }
    return sayable


def _differs(record: Record, answer: CaseConsent) -> bool:
    """True if this says something else than what stands of that person and purpose, or says it in
    other words, or for the first time herself: what she refuses by herself stays where all
    agree."""
    stands = standing(
        record.consents, answer.purpose, answer.person, several=len(record.persons) > 1
    )
    if stands is None:
        return True
    if stands.given != answer.given:
        # What she said herself stays where she could not be asked.
        return answer.origin != "not_asked"
    of_others = stands.for_all or stands.person != answer.person
    if of_others and not (answer.for_all or answer.wish):
        return True
    if answer.given and answer.origin == "herself":
        return not stands.was_read_out or stands.wording != answer.wording
    if answer.given:
        return stands.origin == "not_asked" and answer.origin != "not_asked"
    return stands.wish


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
    """Note what each of them said. Raises Problem if the consent to a court of one of them does not
    stand, CaseChangedMeanwhile, NotFound and Damaged."""
    with changing("incidents.court_asked", by, vault, reference, version=version) as case:
        if not said.persons or not set(said.persons) <= set(may_be_asked(case.record)):
            raise Problem(NOBODY_AGREED)
        more = [
            CourtAsk(
                person=person,
                given=said.given,
                to_whom=said.paper.to_whom,
                about=said.paper.about,
                on=said.on,
                read_back_on=said.read_back_on,
                language=said.language,
                at=case.now,
                by=by.public_id,
            )
            for person in said.persons
        ]
        last = case.record.court_asks[-len(more) :]
        if [(answer.person, answer.says()) for answer in last] == [
            (answer.person, answer.says()) for answer in more
        ]:
            # The same was sent twice.
            case.nothing()
            return
        case.record.court_asks += more
        case.happened("court_asked")


def refuse_unasked(
    record: Record, paper: CourtPaper, told_of: Collection[str], now: datetime
) -> None:
    """Raises Problem unless all that a paper tells of (ids of persons) said yes to it lately."""
    left = not_asked(record, paper, told_of, to_local(now).date())
    if left:
        codes = record.codes_of(left)
        raise Problem(
            _(
                "Ask again, read back what the paper says, and note it: %(codes)s. An answer "
                "counts for fourteen days, one receiver and one case.",
                codes=", ".join(codes) or "–",
            ),
            field="paper",
        )


def may_show_identities(case: Case, vault: OpenVault) -> bool:
    """True if this vault opens names, and somebody who agreed has one that is sealed."""
    return vault.holds(CompartmentName.IDENTITY) and any(
        person.identity for person in who_agreed(case.record)
    )


def _with_identity(case: Case, persons: Collection[str]) -> list[Person]:
    return [
        person for person in who_agreed(case.record) if person.id in persons and person.identity
    ]


def identities_shown(case: Case, persons: Collection[str], vault: OpenVault) -> dict[str, str]:
    """Names and numbers of those persons who agreed, by their ids; one query.

    Empty if this vault does not open them: then two people have to unseal each name by itself.
    """
    if not vault.holds(CompartmentName.IDENTITY):
        return {}
    named = {person.identity: person.id for person in _with_identity(case, persons)}
    shown_names: dict[str, str] = {}
    if not named:
        return shown_names
    for sealed, plaintext in open_each(vault, fetch(db.session(), *named, kind=KIND)):
        if not isinstance(plaintext, SealError):
            facts = facts_from(plaintext)
            shown = (facts.get("legal_name", ""), facts.get("number", ""))
            shown_names[named[sealed.place.public_id]] = ", ".join(filter(None, shown))
    return shown_names


def hashes_of(vault: OpenVault, pieces: Collection[Evidence]) -> dict[str, str]:
    """SHA-256 of the originals of these pieces, by their documents; one query. What is damaged has
    none."""
    hashes: dict[str, str] = {}
    documents = [piece.document for piece in pieces]
    if not documents:
        return hashes
    for sealed, plaintext in open_each(vault, fetch(db.session(), *documents, kind=EVIDENCE)):
        if not isinstance(plaintext, SealError):
            with suppress(ValidationError):
                hashes[sealed.place.public_id] = from_bytes(plaintext).original.sha256
    return hashes


def note_printed(
    by: Actor,
    vault: OpenVault,
    reference: str,
    paper: CourtPaper,
    told_of: Collection[str],
    identities: Collection[str] = (),
    evidence: Collection[str] = (),
) -> Case:
    """Note that a case file is printed: one entry, which also names the sealed names in it and the
    pieces of evidence that it lists; the case as it then is, with a reference for its papers and
    what mediators answered.

    Everybody it tells of (ids of persons) was asked again about this paper. `identities` are ids of
    persons on record. Raises Problem, CaseChangedMeanwhile, NotFound and Damaged.
    """
    with audited("incidents.case_file_printed", by) as change:
        locked_incident(change.session, reference)
        case = open_case(by, vault, reference, change.session)
        if not may_print(case.record):
            raise Problem(NOBODY_AGREED)
        refuse_unasked(case.record, paper, told_of, change.now)
        documents = [person.identity for person in _with_identity(case, identities)]
        keep_keys(change.session, vault, [case.sealed])
        if documents:
            keep_keys(change.session, vault, fetch(change.session, *documents, kind=KIND))
        if not case.record.paper_reference:
            save_record(change, by, vault, case)
        change.about(reference, *documents, *evidence)
        case.record = with_answers(case.record, change.session)
    return case


@dataclass(frozen=True)
class Said:
    """Choice of one person of a case (her id; empty where nobody is on record), the day, and how it
    is known; no ways if she could not be asked. `version`: how many answers of hers the page
    showed; None if it is not asked."""

    person: str
    wanted: Sequence[str]
    on: date
    origin: str
    version: int | None = None


def note_choice(by: Actor, vault: OpenVault, reference: str, said: Said) -> None:
    """Note what somebody wants; a mediator's open brief that she does not want ends by it.

    Raises Problem, NotFound, Damaged and CaseChangedMeanwhile if another answer of hers was noted
    since.
    """
    wanted = [way for way in WAYS if way in said.wanted]
    if said.origin not in ORIGINS or not is_answer(list(said.wanted), said.origin):
        raise NotFound
    with changing("incidents.choice_noted", by, vault, reference) as case:
        case.refuse_closed()
        if said.person not in everybody(case.record):
            raise NotFound
        choice = Choice(
            person=said.person,
            wanted=wanted,
            on=said.on,
            at=case.now,
            by=by.public_id,
            origin=said.origin,
        )
        noted = answers_of(case.record, said.person)
        if noted and noted[-1].says() == choice.says():
            # The same was sent twice.
            case.nothing()
            return
        if said.version not in (None, len(noted)):
            raise CaseChangedMeanwhile
        case.record.choices.append(choice)
        case.happened("asked_her")


def note_own_yes(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    person: str,
    *,
    given: bool,
    language: str,
) -> None:
    """Note that somebody said yes or no herself to "court or release", after the warning was read
    to her in a language, from a page that showed this version of the case. With a no, an open brief
    that asks for it ends. Raises as `note_choice`."""
    with changing("incidents.consents_answered", by, vault, reference) as case:
        case.refuse_closed()
        if person not in everybody(case.record):
            raise NotFound
        before = own_answer(case.record, person)
        if before is not None and has_own_yes(case.record, person) is given:
            # The same was sent twice.
            case.nothing()
            return
        if version != case.case.version:
            raise CaseChangedMeanwhile
        case.record.own_words.append(
            CaseConsent(
                purpose=CHARGE,
                given=given,
                at=case.now,
                by=by.public_id,
                person=person,
                wording=charge_warning.VERSION,
                language=language,
                origin="herself",
            )
        )
        case.happened("own_yes")
