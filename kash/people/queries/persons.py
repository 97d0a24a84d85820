"""Reads: who is there, as far as the actor reaches. Consents and refusals, and what they keep
people from what. Reads: who could be meant by the rows of a list, of everyone there is, without
loading everyone. One statement reads a few plain columns of every person, from which `Candidates`
tells who could match; only of those the rest is read. Minors: people who are, or may still be,
under 18. Lists of people or of what is theirs, one group at a time, that are too long to be read
whole. Reach of an actor towards one person, asked once for all that a page needs to know. Reads:
whose contact is closed, which requests wait, and who looked further than is usual. Trail of a
person: who opened or changed what is kept of her, read from the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    column,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.people.models import (
    Consent,
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
    ErasureRequest,
    Group,
    Organisation,
    Person,
    Posting,
)
from kash.people.queries import copies as erasures
from kash.people.queries.directory import with_posting
from kash.people.queries.search import FoundPerson
from kash.people.rules.duplicates import Candidates, Known, Likeness
from kash.people.rules.persons import OF_POLICE_ALONE, OneGroup, keeps_from, sort_name
from kash.people.scope import (
    Which,
    contacts_compared,
    opened_by_others,
    phone_compared,
    reaches,
    sees_names,
    within_reach,
)
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.vault.models import AuditEntry
from kash.platform.vault.queries import entries_about
from kash.platform.web import Listing, listing
from kash.platform.web.account_names import tied_accounts
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.lists import ROWS
from kash.platform.web.lists import Listing as lists_Listing
from kash.platform.web.lists import listing as lists_listing
from kash.policy import Actor, Reach

# Accounts stand beside people: of one only whose it is matters here.
_ACCOUNT = table("account", column("person_id"))


def person(actor: Actor, public_id: str, permission: str = "people.see") -> Person:
    """A person whose facts the permission reaches, with group, postings and consents.

    Raises NotFound, also for someone out of reach.
    """
    return one_or_404(
        db.session.scalar(
            select(Person)
            .where(Person.public_id == public_id, within_reach(actor, permission, few=True))
            .join(Person.group)
            .options(
                contains_eager(Person.group),
                selectinload(Person.postings).joinedload(Posting.organisation),
                selectinload(Person.consents),
            )
        )
    )


def name_and_group(actor: Actor, public_id: str) -> FoundPerson:
    """The name and group of anyone, for an actor who may see names. Raises NotFound."""
    person_id = one_or_404(
        db.session.execute(
            select(Person.public_id, Person.chosen_name, Group.name)
            .join(Person.group)
            .where(Person.public_id == public_id)
        ).one_or_none()
        if sees_names(actor)
        else None
    )
    return FoundPerson(person_id.public_id, person_id.chosen_name, person_id.name)


def has_account(found: Person) -> bool:
    """True if an account belongs to a person; one query."""
    return bool(db.session.scalar(select(exists().where(_ACCOUNT.c.person_id == found.id))))


def own_person(actor: Actor) -> str | None:
    """The public id of the person an account stands for, if it sees only that one."""
    reach = reaches(actor, "people.see")
    if reach != {Reach.SELF} or actor.person_id is None:
        return None
    return db.session.scalar(select(Person.public_id).where(Person.id == actor.person_id))


def person_ids_within_reach(actor: Actor, permission: str = "people.see") -> Select[Any]:
    """A select of the ids of people whose facts the permission reaches, for queries above."""
    return select(Person.id).where(within_reach(actor, permission))


def key_within_reach(actor: Actor, public_id: str, permission: str = "people.see") -> int | None:
    """The key of a person whose facts the permission reaches; None for anybody else. One query."""
    return db.session.scalar(
        select(Person.id).where(
            Person.public_id == public_id, within_reach(actor, permission, few=True)
        )
    )


def locked_person(session: Session, public_id: str) -> Person:
    """A person inside a write transaction, locked. Raises NotFound."""
    return one_or_404(
        session.scalar(
            select(Person).where(Person.public_id == public_id).with_for_update(of=Person)
        )
    )


_AT_ONCE = 1000


def newest_answers(session: Session, person_id: int) -> list[tuple[str, str]]:
    """(purpose, answer) of a person in the order in which they were recorded."""
    rows = session.execute(
        select(Consent.purpose, Consent.answer)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    return [(answer.purpose, answer.answer) for answer in rows]


def never_asked(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people without an answer to a purpose; one query."""
    consent = (session or db.session()).scalars(
        select(Consent.person_id).where(
            Consent.person_id.in_(person_ids), Consent.purpose == purpose
        )
    )
    return set(person_ids) - set(consent)


def consent_given(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people whose present answer to a purpose is yes; who was never asked is not
    among them. One query for each thousand."""
    agreed: set[int] = set()
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        newest = (
            select(func.max(Consent.id))
            .where(
                Consent.person_id.in_(wanted[start : start + _AT_ONCE]), Consent.purpose == purpose
            )
            .group_by(Consent.person_id)
        )
        agreed |= set(
            (session or db.session()).scalars(
                select(Consent.person_id).where(Consent.id.in_(newest), Consent.answer == "given")
            )
        )
    return agreed


def consent_holds(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people that neither a refusal nor a withdrawal keeps from a purpose.

    Whatever uses a purpose asks this first: contact, printed_name or funder. For
    what only officers are asked it holds of nobody else, whatever was answered once.
    """
    newest = (
        select(func.max(Consent.id))
        .where(Consent.person_id.in_(person_ids), Consent.purpose == purpose)
        .group_by(Consent.person_id)
    )
    answers = (session or db.session()).execute(
        select(Consent.person_id, Consent.answer).where(Consent.id.in_(newest))
    )
    agreed = set(person_ids) - {answer.person_id for answer in answers if keeps_from(answer.answer)}
    if purpose not in OF_POLICE_ALONE:
        return agreed
    officers = select(Person.id).join(Person.group).where(Person.id.in_(agreed), Group.is_police)
    return set((session or db.session()).scalars(officers))


AT_ONCE = 500
_READ_AT_ONCE = 2_000


def chunks(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Values in portions that fit into one statement."""
    every = sorted(values)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def known_for(actor: Actor, asked: Collection[Likeness]) -> Known:
    """Everyone in the programme that one of those asked about could match, to be asked the same
    as if it knew everyone.

    Of people that the actor does not reach, it is name and group only, and the phone only where it
    is open: the person who writes a list of phones must not learn by it whose they are.
    """
    candidates = Candidates(asked)
    near = _may_match(actor, candidates)
    open_to_her = phone_compared(actor)
    for phones in chunks(candidates.phones):
        near.update(
            db.session.scalars(
                select(Person.id).where(open_to_her, Person.phone_lookup.in_(phones))
            )
        )
    people = [
        likeness for some in chunks(near) for likeness in likenesses(actor, Person.id.in_(some))
    ]
    return Known(people, everyone=candidates.everyone, sounds=candidates.sounds)


def _may_match(actor: Actor, candidates: Candidates) -> set[int]:
    stations = _posted(candidates.stations)
    groups = {
        group.id: group.public_id for group in db.session.execute(select(Group.id, Group.public_id))
    }
    wards: dict[str, str] = {}
    # Of very many rows the columns of the table come much faster than those of the model.
    person = Person.__table__.c
    rows = db.session.connection().execute(
        select(
            _seen(actor),
            person.id,
            person.group_id,
            person.sort_name,
            person.reference,
            person.ward,
            person.birth_year,
        ),
        execution_options={"yield_per": _READ_AT_ONCE},
    )
    ids = set()
    may_match = candidates.may_match
    # Portion by portion, which is quicker than asking the result for one row after the other.
    for whole, key, group, name, reference, ward, year in chain.from_iterable(rows.partitions()):
        if whole:
            plain = wards.get(ward)
            if plain is None:
                plain = wards[ward] = sort_name(ward)
            if may_match(groups[group], name, reference, stations.get(key, ""), plain, year):
                ids.add(key)
        elif may_match(groups[group], name):
            ids.add(key)
    return ids


def _posted(stations: Collection[str]) -> dict[int, str]:
    """People posted to one of these organisations: {person's key: organisation's public id}."""
    posted: dict[int, str] = {}
    for some in chunks(stations):
        rows = db.session.execute(
            select(Posting.person_id, Organisation.public_id)
            .join(Organisation, Organisation.id == Posting.organisation_id)
            .where(Posting.is_open, Organisation.public_id.in_(some))
        )
        posted |= {posting.person_id: posting.public_id for posting in rows}
    return posted


def _seen(actor: Actor) -> ColumnElement[Any]:
    if Reach.ALL in reaches(actor, "people.see"):
        return literal(1)
    return case((within_reach(actor, "people.see"), 1), else_=0)


def likenesses(actor: Actor, *conditions: ColumnElement[bool]) -> Iterator[Likeness]:
    """Likenesses keyed by public id; of people out of the actor's reach, name and group only."""
    phone = case((phone_compared(actor), Person.phone_lookup), else_=null())
    return (likeness for _key, likeness in numbered(_seen(actor), phone, *conditions))


def numbered(whole: Any, phone: Any, *conditions: Any) -> Iterator[tuple[int, Likeness]]:
    """People's keys with their likenesses: these of public ids, name and group, and of those who
    are `whole` of all that is compared, with that `phone`."""
    rows = db.session.execute(
        with_posting(
            select(
                Person.id,
                whole,
                Person.public_id,
                Group.public_id,
                Person.sort_name,
                Person.reference,
                phone,
                Organisation.public_id,
                Person.ward,
                Person.birth_year,
                Person.sex,
                Person.age_band,
            )
        )
        .where(*conditions)
        .order_by(Person.id)
        .execution_options(yield_per=1000)
    )
    for key, seen, public_id, group, name, reference, number, station, ward, *age in rows:
        if not seen:
            yield key, Likeness(public_id, group, name)
            continue
        phones = frozenset((number,)) if number else frozenset()
        named = (public_id, group, name, reference, phones, station or "", sort_name(ward))
        yield key, Likeness(*named, *age)


def numbers_taken(references: Iterable[str]) -> dict[tuple[str, str], str]:
    """People who have each of these service or peer numbers: {(group, number): person}, by public
    ids. A number is somebody's own in her group, no matter who reaches her."""
    taken: dict[tuple[str, str], str] = {}
    for some in chunks(set(references) - {""}):
        rows = db.session.execute(
            select(Group.public_id, Person.reference, Person.public_id)
            .join(Person.group)
            .where(Person.reference.in_(some))
        )
        taken |= {(group, reference): key for group, reference, key in rows}
    return taken


_SINCE: Any = func.coalesce(Person.minor_since, Person.created_at, type_=Person.created_at.type)


def minors(actor: Actor) -> Listing[Any]:
    """Minors within reach as rows of public_id, chosen_name, group_name, since, by, seen_at and
    seen_by; those that no custodian has seen yet come first. `by` are public ids of accounts."""
    statement: Select[Any] = (
        select(
            Person.public_id,
            Person.chosen_name,
            Group.name.label("group_name"),
            _SINCE.label("since"),
            func.coalesce(func.nullif(Person.minor_by, ""), Person.created_by).label("by"),
            Person.minor_seen_at.label("seen_at"),
            Person.minor_seen_by.label("seen_by"),
        )
        .join(Person.group)
        .where(Person.minor.is_(True), within_reach(actor, "people.minors"))
    )
    return listing(
        statement,
        sorts={"unseen": (Person.minor_seen_at.is_not(None), Person.sort_name)},
        default_sort="unseen",
        key=Person.id,
        counted=select(Person.id).where(
            Person.minor.is_(True), within_reach(actor, "people.minors")
        ),
    )


def minors_unseen(actor: Actor) -> int:
    """How many minors within reach no custodian has seen yet."""
    return (
        db.session.scalar(
            select(func.count(Person.id)).where(
                Person.minor.is_(True),
                Person.minor_seen_at.is_(None),
                within_reach(actor, "people.minors"),
            )
        )
        or 0
    )


# Of more rows than these it is only told that there are more.
MOST_COUNTED = 1000

OfGroup = Callable[[int], Select[Any]]


def group_keys() -> dict[str, int]:
    """The keys of all groups by their letters."""
    rows = db.session.execute(select(Group.letter, Group.id).order_by(Group.letter))
    return dict(rows.all())


def group_counts(of_group: OfGroup, most: int = MOST_COUNTED) -> dict[str, int]:
    """How many rows each group has that has any, by letter, none counted beyond `most` + 1.
    `of_group` makes a select of a group's rows by its key; two queries."""
    return _counts(of_group, group_keys(), most)


def _counts(of_group: OfGroup, keys: Mapping[str, int], most: int) -> dict[str, int]:
    if not keys:
        return {}
    numbers = db.session.execute(
        select(*(_number(of_group(key), most) for key in keys.values()))
    ).one()
    return {letter: int(number) for letter, number in zip(keys, numbers, strict=True) if number}


def _number(rows: Select[Any], most: int) -> Any:
    some = rows.order_by(None).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def listed_by_group(
    of_group: OfGroup,
    wanted: str,
    *,
    sorts: Callable[[bool], Mapping[str, Any]],
    default_sort: str,
    default_direction: str = "asc",
    key: Any,
    counted: OfGroup | None = None,
    most: int = MOST_COUNTED,
    page: int | None = None,
    per_page: int = ROWS,
) -> tuple[lists_Listing[Any], OneGroup[Any]]:
    """The page that the request asks for, of the wanted group or of the first one that has rows,
    and how many each group has; four queries at most.

    `sorts` is told whether they are few, which are found before they are put in order: the person
    who walked through an index in that order would look at everybody for them. `counted` is a
    plainer select of as many rows; `page` is that of a form which doesn't ask as addresses do.
    """
    keys = group_keys()
    counts = _counts(counted or of_group, keys, most)
    letter = wanted if wanted in counts else next(iter(counts), "")
    if not letter:
        return lists_Listing((), 1, 1, 0), OneGroup("", (), {})
    few = counts[letter] <= most
    rows = lists_listing(
        of_group(keys[letter]),
        sorts=sorts(few),
        default_sort=default_sort,
        default_direction=default_direction,
        key=key,
        counted=counts[letter] if few else (counted or of_group)(keys[letter]),
        most_counted=most,
        beyond=not few,
        page=page,
        per_page=per_page,
    )
    return rows, OneGroup(letter, rows.rows, counts, most=most)


_MERGE, _EDIT, _CONTACT = "people.merge", "people.edit", "people.contact"


class PersonReach(NamedTuple):
    """Permissions of an actor that reach a person, and the contacts of hers that are open to the
    actor."""

    permissions: frozenset[str]
    opened: frozenset[Which]


def reach_of(actor: Actor, found: Person, permissions: Collection[str] = ()) -> PersonReach:
    """Reach of an actor towards a person who is at hand, as to these permissions; one query.

    What opens a contact is a long question: here it is asked once, where a condition for each
    permission and contact (`kash.people.scope`) would ask it four times.
    """
    wanted = [
        permission
        for permission in (*permissions, _CONTACT)
        if permission != _MERGE and actor.may(permission)
    ]
    if _MERGE in permissions and actor.may(_MERGE):
        wanted.append(_EDIT)
    # Roles that reach as far reach the same persons.
    ways = {
        reaches(actor, permission): within_reach(actor, permission, few=True)
        for permission in wanted
    }
    may_contact = actor.may(_CONTACT)
    opened_row = db.session.execute(
        select(opened_by_others(actor) if may_contact else false(), *ways.values()).where(
            Person.id == found.id
        )
    ).one()
    reached_by = dict(zip(ways, opened_row[1:], strict=True))
    granted = {permission for permission in wanted if reached_by[reaches(actor, permission)]}
    opened: frozenset[Which] = frozenset()
    if _CONTACT in granted:
        entered: dict[Which, bool] = {
            "phone": found.phone_by == actor.public_id,
            "email": found.email_by == actor.public_id,
        }
        opened = frozenset(which for which, hers in entered.items() if hers or opened_row[0])
    if _MERGE in permissions and actor.may(_MERGE) and _EDIT in granted:
        contacts = closable_contacts(found)
        if contacts <= opened:
            granted.add(_MERGE)
    return PersonReach(frozenset(granted.intersection(permissions)), opened)


def closable_contacts(found: Person) -> frozenset[Which]:
    """Contacts that are kept of a person."""
    filled: dict[Which, bool] = {
        "phone": found.phone_sealed is not None,
        "email": found.email_sealed is not None,
    }
    return frozenset(which for which, there in filled.items() if there)


def closed_to(actor: Actor) -> ColumnElement[bool]:
    """The persons with a phone or an e-mail that this actor may not see."""
    return not_(contacts_compared(actor))


def closed_contacts(actor: Actor, found: Person) -> frozenset[Which]:
    """Contacts kept of a person that this actor may neither see nor change."""
    return closable_contacts(found) - reach_of(actor, found).opened


class ClosedPerson(NamedTuple):
    """Somebody whose contact is closed: public id, name, and the group's letter."""

    person: str
    name: str
    letter: str


def closed_people(actor: Actor, among: Select[int]) -> list[ClosedPerson]:
    """Those among these persons whose contact is closed to an actor and who are in no request of
    hers that waits."""
    requested = select(ContactRequestPerson.person_id).where(
        ContactRequestPerson.request_id == ContactRequest.id,
        ContactRequest.state == "waiting",
        ContactRequest.asked_by == actor.public_id,
    )
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.letter)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(among), closed_to(actor), Person.id.not_in(requested))
        .order_by(Person.sort_name, Person.id)
    )
    return [ClosedPerson(*requested_person) for requested_person in rows]


def decidable(actor: Actor) -> ColumnElement[bool]:
    """The requests that this actor may decide on (`rules.contacts.may_decide`)."""
    reach = actor.reach("people.agree_contact")
    if reach is Reach.NONE:
        return false()
    others = ContactRequest.asked_by.not_in(tied_accounts(actor.public_id))
    if reach is Reach.ALL:
        return others
    hers = or_(Person.created_by == actor.public_id, not_(closed_to(actor)))
    not_hers = (
        exists()
        .where(
            ContactRequestPerson.request_id == ContactRequest.id,
            Person.id == ContactRequestPerson.person_id,
            not_(hers),
        )
        .correlate(ContactRequest)
    )
    return and_(others, not_(not_hers))


def requests_for(actor: Actor, limit: int = 50) -> list[ContactRequest]:
    """Requests that this actor may decide on or made: those that wait first, then the newest."""
    return list(
        db.session.scalars(
            select(ContactRequest)
            .options(selectinload(ContactRequest.people))
            .where(or_(decidable(actor), ContactRequest.asked_by == actor.public_id))
            .order_by(
                (ContactRequest.state != "waiting"),
                ContactRequest.asked_at.desc(),
                ContactRequest.id.desc(),
            )
            .limit(limit)
        )
    )


def contact_request(actor: Actor, public_id: str) -> ContactRequest:
    """A request that this actor may decide on or made, with its people. Raises NotFound."""
    return get_or_404(
        db.session,
        ContactRequest,
        public_id,
        or_(decidable(actor), ContactRequest.asked_by == actor.public_id),
        options=(
            selectinload(ContactRequest.people)
            .joinedload(ContactRequestPerson.person)
            .joinedload(Person.group),
        ),
    )


def request_reason(found: ContactRequest) -> str:
    """Why somebody asks."""
    return open_text(found.reason_sealed, kind="contact.request", public_id=found.public_id)


def waiting_request_about(actor: Actor, person: Person) -> ContactRequest | None:
    """The actor's own request about a person that waits, if there is one."""
    return db.session.scalars(
        select(ContactRequest)
        .join(ContactRequestPerson, ContactRequestPerson.request_id == ContactRequest.id)
        .where(
            ContactRequest.asked_by == actor.public_id,
            ContactRequest.state == "waiting",
            ContactRequestPerson.person_id == person.id,
        )
        .limit(1)
    ).first()


class LooksBeyond(NamedTuple):
    """An account that looked further than is usual on a day, and why it said that was."""

    account: str
    day: date
    looks: int
    beyond: int
    reasons: tuple[str, ...]
    latest: datetime


class WaitingContacts(NamedTuple):
    """How many requests wait for somebody as the second person, and which looks beyond the usual
    number a director has not seen; beside them how many wishes to be erased, and by which day the
    first must be answered."""

    requests: int = 0
    looks: tuple[LooksBeyond, ...] = ()
    erasures: int = 0
    erase_by: date | None = None


def contacts_waiting(actor: Actor) -> WaitingContacts:
    """Contacts that wait for an actor; one query where there are none."""
    if not actor.may("people.agree_contact"):
        return WaitingContacts()
    wishes = (ErasureRequest.state == "waiting", erasures.decidable(actor))
    requests, unseen, count, due = db.session.execute(
        select(
            select(func.count(ContactRequest.id))
            .where(ContactRequest.state == "waiting", decidable(actor))
            .scalar_subquery(),
            exists().where(ContactReason.seen_at.is_(None)),
            select(func.count(ErasureRequest.id)).where(*wishes).scalar_subquery(),
            select(func.min(ErasureRequest.due_on)).where(*wishes).scalar_subquery(),
        )
    ).one()
    looks = tuple(looks_beyond(actor)) if unseen else ()
    return WaitingContacts(requests, looks, count, due)


def looks_beyond(actor: Actor, limit: int = 20) -> list[LooksBeyond]:
    """Looks beyond the usual number that a director has not seen yet, oldest day first."""
    if not actor.may("people.looks"):
        return []
    rows: Sequence[tuple[ContactReason, int, int]] = [
        (contact_reason[0], contact_reason[1], contact_reason[2])
        for contact_reason in db.session.execute(
            select(ContactReason, ContactLooks.looks, ContactLooks.beyond)
            .join(
                ContactLooks,
                and_(
                    ContactLooks.account == ContactReason.account,
                    ContactLooks.day == ContactReason.day,
                ),
            )
            .where(ContactReason.seen_at.is_(None), ContactReason.account != actor.public_id)
            .order_by(ContactReason.day, ContactReason.account, ContactReason.id)
            .limit(limit * 10)
        )
    ]
    looks_by_person: dict[tuple[date, str], LooksBeyond] = {}
    for reason, looks, beyond in rows:
        text = open_text(reason.reason_sealed, kind="contact.reason", public_id=reason.public_id)
        key = (reason.day, reason.account)
        before = looks_by_person[key].reasons if key in looks_by_person else ()
        looks_by_person[key] = LooksBeyond(
            reason.account, reason.day, looks, beyond, (*before, text), reason.at
        )
    return list(looks_by_person.values())[:limit]


def latest_of_trail(public_id: str, most: int) -> list[AuditEntry]:
    """The newest entries about a person, not more than `most`."""
    return list(db.session.scalars(entries_about(public_id).limit(most)))


def trail(public_id: str) -> Listing[Any]:
    """Everything that the chain says about a person, newest first."""
    return listing(
        entries_about(public_id),
        sorts={"newest": AuditEntry.seq},
        default_sort="newest",
        default_direction="desc",
    )
