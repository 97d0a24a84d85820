"""Reads of the programme, accounts, sessions and invitations. Backers of accounts, and whether the
programme still founds itself. Reads of delegations: who stands in for others. Reads of hand-overs.
Browsers that an account is known by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from kash.accounts import rules as accounts_rules
from kash.accounts.holdings import Held, held_by, holder_of
from kash.accounts.models import (
    Account,
    AccountBacking,
    AccountRole,
    BrowserMark,
    Delegation,
    HandOver,
    Invitation,
    KnownAddress,
    Programme,
    RecoveryCode,
)
from kash.accounts.services.marks import token_hash
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup, open_text
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.platform.web.programme import ProgrammeFacts, looks_from, paper_from, retention_from
from kash.platform.web.programme import programme_facts as known_programme
from kash.policy import DELEGABLE, GRANTS, NOBODY, Actor, Role, StandIn, may_stand_in

# People stand beside accounts: of a participant little is of interest here.
_PERSON = table(
    "person",
    column("id"),
    column("public_id"),
    column("chosen_name"),
    column("group_id"),
    column("minor"),
)
_GROUP = table("people_group", column("id"), column("is_police"))


def programme() -> Programme | None:
    """The programme, None until it is set up."""
    return db.session.get(Programme, 1)


# Every page asks it, and putting it together takes as long as running it.
_FACTS = select(
    Programme.neutral_name,
    Programme.zone,
    Programme.languages,
    Programme.default_language,
    Programme.settings,
)


def programme_facts() -> ProgrammeFacts | None:
    """Facts of the programme that every page needs; None before it is set up."""
    facts = db.session.execute(_FACTS).one_or_none()
    if facts is None:
        return None
    choices = facts[4].get("choices", {})
    return ProgrammeFacts(
        facts[0],
        facts[1],
        tuple(facts[2]),
        facts[3],
        paper=paper_from(facts[4].get("paper")),
        retention=retention_from(facts[4].get("retention")),
        second_step_required=bool(facts[4].get("second_step_required", True)),
        second_step_roles=frozenset(facts[4].get("second_step_roles", ())),
        accepted_by=dict(facts[4].get("languages", {})),
        contact_looks_a_day=looks_from(facts[4].get("contacts")),
        accepted_address=str(facts[4].get("address", {}).get("accepted", "")),
        off=frozenset(choices.get("off", ())),
        choices_proposed_by=(choices.get("proposed") or {}).get("by", ""),
    )


def address_is_known(account_id: int, address_key: str) -> bool:
    """True if an account signed in lately from the address behind a key."""
    is_known: bool | None = db.session.scalar(
        select(
            exists().where(
                KnownAddress.account_id == account_id,
                KnownAddress.address_key == address_key,
                KnownAddress.used_at > utc_now() - accounts_rules.ADDRESS_KNOWN_FOR,
            )
        )
    )
    return bool(is_known)


def roles_with_second_step() -> frozenset[Role]:
    """The roles that the programme has added to those that always need a second step."""
    facts = known_programme()
    return frozenset(Role(role) for role in facts.second_step_roles) if facts else frozenset()


def must_have_second_step(roles: Collection[Role]) -> bool:
    """True if an account with these roles must have a second step here: the roles that open much,
    unless the programme asks nobody for it, and those that the programme has added."""
    facts = known_programme()
    if facts is not None and not facts.second_step_required:
        return False
    return accounts_rules.needs_second_step(roles, roles_with_second_step())


def email_key(email: str) -> str:
    """The look-up of an address, which must be in its one form (lower case)."""
    return lookup(email, kind="account.email")


def email_of(account: Account) -> str:
    """An account's address."""
    return open_text(account.email_sealed, kind="account.email", public_id=account.public_id)


def account_by_email(email: str) -> Account | None:
    """The account with this address."""
    return db.session.scalar(select(Account).where(Account.email_lookup == email_key(email)))


def account(public_id: str) -> Account:
    """An account. Raises NotFound."""
    return get_or_404(db.session, Account, public_id)


def roles_of(account: Account) -> frozenset[Role]:
    """An account's roles."""
    return frozenset(Role(role.role) for role in account.roles)


def actor_of(account: Account) -> Actor:
    """An account as services and queries know it."""
    return Actor(
        public_id=account.public_id,
        roles=roles_of(account),
        account_id=account.id,
        person_id=account.person_id,
        language=account.language or "en",
    )


def actor_now(public_id: str) -> Actor:
    """Actor of an account, as far as it may act now; NOBODY if it may not."""
    stored = db.session.scalar(select(Account).where(Account.public_id == public_id))
    return actor_of(stored) if stored is not None and stored.active else NOBODY


def person_id_of(public_id: str) -> int | None:
    """The key of a participant, None if there is none."""
    key: int | None = db.session.scalar(
        select(_PERSON.c.id).where(_PERSON.c.public_id == public_id)
    )
    return key


def participant(public_id: str) -> Any:
    """A participant by her number, None if there is none: her public id, name, and if she is one of
    the police, as far as the person who invites her must know."""
    return db.session.execute(
        select(
            _PERSON.c.public_id,
            _PERSON.c.chosen_name.label("name"),
            _GROUP.c.is_police.label("police"),
        )
        .join(_GROUP, _GROUP.c.id == _PERSON.c.group_id)
        .where(_PERSON.c.public_id == public_id)
    ).one_or_none()


def is_minor(session: Session, person_id: int) -> bool:
    """True if a participant is, or may be, under 18."""
    return bool(session.scalar(select(_PERSON.c.minor).where(_PERSON.c.id == person_id)))


def person_public_id(person_id: int | None) -> str | None:
    """The public id of the participant that an account belongs to."""
    public_id: str | None = None
    if person_id is not None:
        public_id = db.session.scalar(select(_PERSON.c.public_id).where(_PERSON.c.id == person_id))
    return public_id


def account_listing(*, active: bool, search: str = "", role: str = "") -> Listing[Account]:
    """Accounts by name, a page of them."""
    statement: Select[Any] = select(Account).where(Account.active.is_(active))
    if search:
        statement = statement.where(Account.name.icontains(search, autoescape=True))
    if role:
        statement = statement.where(
            Account.id.in_(select(AccountRole.account_id).where(AccountRole.role == role))
        )
    return listing(
        statement.options(selectinload(Account.roles)),
        sorts={"name": func.lower(Account.name), "seen": Account.last_seen_at},
        default_sort="name",
        key=Account.id,
    )


def names_of(public_ids: Iterable[str | None]) -> dict[str, str]:
    """The names of accounts by their public ids; ids of anything else, and none, are left out."""
    wanted = sorted({public_id for public_id in public_ids if public_id})
    names = select(Account.public_id, Account.name).where(Account.public_id.in_(wanted))
    return dict(db.session.execute(names).all()) if wanted else {}


def people_of(public_ids: Iterable[str]) -> Select[int | None]:
    """The keys of the participants that these accounts belong to."""
    wanted = sorted(set(public_ids))
    return select(Account.person_id).where(
        Account.public_id.in_(wanted), Account.person_id.is_not(None)
    )


def accounts_with_role(*roles: Role, locked: Collection[str] = ()) -> Sequence[Account]:
    """Active accounts that hold one of these roles, by name.

    Of those that are locked only the ones named by public id in `locked`.
    """
    return db.session.scalars(
        select(Account)
        .where(
            Account.active.is_(True),
            or_(Account.paused_at.is_(None), Account.public_id.in_(locked)),
            Account.id.in_(
                select(AccountRole.account_id).where(AccountRole.role.in_([*map(str, roles)]))
            ),
        )
        .order_by(func.lower(Account.name), Account.id)
    ).all()


def open_invitations() -> Sequence[Invitation]:
    """Invitations that can still be used, the newest first."""
    return db.session.scalars(
        select(Invitation)
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > utc_now(),
        )
        .order_by(Invitation.id.desc())
        .limit(200)
    ).all()


def usable_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, if it is neither used nor too old."""
    return db.session.scalar(
        select(Invitation).where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > utc_now(),
        )
    )


def unused_recovery_codes(account_id: int) -> int:
    """How many recovery codes are left."""
    count: int | None = db.session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return count or 0


def backing_of(session: Session, public_ids: Iterable[str]) -> accounts_rules.Backing:
    """Backing of these accounts: who brought them in or empowered them, then those, and so on, by
    one query for each step."""
    backing: dict[str, set[str]] = {}
    ahead = set(public_ids)
    while ahead:
        for account_id in ahead:
            backing[account_id] = set()
        rows = session.execute(
            select(Account.public_id, AccountBacking.by)
            .join(AccountBacking, AccountBacking.account_id == Account.id)
            .where(Account.public_id.in_(sorted(ahead)))
        )
        for public_id, by in rows:
            backing[public_id].add(by)
        ahead = {by for account_id in ahead for by in backing[account_id]} - backing.keys()
    return backing


def standing_in_requests(
    session: Session, second: str, askers: Iterable[str], now: datetime
) -> Callable[..., Standing]:
    """Standing of an account towards what these asked for, as a function of `asked_by` and
    `concerned` (`rules.standing`) that asks the database nothing more; a few queries."""
    settled_at = session.scalars(
        select(Account.settled_at).where(Account.public_id == second)
    ).one()
    backing = backing_of(session, {second, *askers})
    return partial(accounts_rules.standing, second, settled_at, backing=backing, now=now)


@lru_cache(maxsize=64)
def tied_to(public_id: str) -> Select[str]:
    """The public ids of the accounts that are not independent of one, itself among them: those who
    stand behind it, and the accounts that these stand behind (`rules.are_independent`). The
    question is put together once for each account, which takes longer than asking it."""
    return select(_before(select(_behind(public_id).c.who)).c.who)


def _behind(public_id: str) -> CTE:
    """The account, those who stand behind it, those behind these, and so on, as `who`."""
    up = select(literal(public_id).label("who")).cte(recursive=True)
    return up.union(
        select(AccountBacking.by)
        .join(Account, Account.id == AccountBacking.account_id)
        .join(up, up.c.who == Account.public_id)
    )


def _before(first: Select[str]) -> CTE:
    """These accounts, those that they stand behind, and so on, as `who`."""
    down = first.cte(recursive=True)
    return down.union(
        select(Account.public_id)
        .join(AccountBacking, AccountBacking.account_id == Account.id)
        .join(down, down.c.who == AccountBacking.by)
    )


@lru_cache(maxsize=64)
def in_line_with(public_id: str) -> Select[str]:
    """The public ids of the accounts that stand behind one, or behind which it stands, itself among
    them: the rule of approvals (`rules.are_in_line`); and of those that tied it to a participant,
    or that it tied. Put together as `tied_to` is."""
    up, down = _behind(public_id), _before(select(literal(public_id).label("who")))
    tied = select(Account.tied_by).where(Account.public_id == public_id, Account.tied_by != "")
    ties = select(Account.public_id).where(Account.tied_by == public_id)
    return union(select(up.c.who), select(down.c.who), tied, ties).subquery().select()


def is_founded(session: Session) -> bool:
    """True if the programme has, or has had, a director."""
    if session.scalar(select(Programme.founded_at).where(Programme.id == 1)) is not None:
        return True
    directors = (
        select(AccountRole.account_id).where(AccountRole.role == str(Role.DIRECTOR)).limit(1)
    )
    return session.scalar(directors) is not None


def is_settled_now(session: Session, now: datetime) -> bool:
    """True once the first director has been there for seven days (`rules.is_settled`)."""
    founded_at = session.scalar(select(Programme.founded_at).where(Programme.id == 1))
    return accounts_rules.is_settled(founded_at, now)


def tied_by_backer(public_id: str) -> bool:
    """True if an account belongs to a participant at the word of somebody who stands behind it."""
    tied_by = db.session.scalar(select(Account.tied_by).where(Account.public_id == public_id))
    return bool(tied_by) and tied_by in accounts_rules.behind(
        public_id, backing_of(db.session(), [public_id])
    )


def roles_ever_given(session: Session, now: datetime, *, but_email: str = "") -> frozenset[Role]:
    """The roles that some account holds or an open invitation offers, but for one to `but_email`
    (a look-up), which another invitation to the same address would replace."""
    given = set(session.scalars(select(AccountRole.role).distinct()))
    offered = session.scalars(
        select(Invitation.roles).where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
            Invitation.email_lookup != but_email,
        )
    )
    return frozenset(Role(role) for role in given.union(*offered))


class Lent(NamedTuple):
    """A delegation as pages show it. `last` is a moment on its last day."""

    public_id: str
    absent_id: str
    absent: str
    stand_in_id: str
    stand_in: str
    permissions: Sequence[str]
    reason: str
    first: datetime
    last: datetime
    state: str


def in_force(now: datetime | ColumnElement[datetime]) -> Any:
    """The condition of delegations that count at this moment.

    A person who is absent must still have what she lent: an account that was closed, or lost the
    role, lends nothing.
    """
    absent, role = aliased(Account), aliased(AccountRole)
    return and_(
        Delegation.withdrawn_at.is_(None),
        Delegation.starts_at <= now,
        Delegation.ends_at > now,
        exists().where(
            absent.id == Delegation.absent_id,
            absent.active.is_(True),
            role.account_id == absent.id,
            role.role.in_([*map(str, GRANTS["approvals.delegate"])]),
        ),
    )


def stand_ins(rows: Iterable[tuple[Any, Any]]) -> tuple[StandIn, ...]:
    """Stand-ins, from pairs of permissions and the absent person's public id, each once."""
    lent = {
        StandIn(permission, absent)
        for permissions, absent in rows
        for permission in permissions or ()
        if absent and permission in DELEGABLE
    }
    return tuple(sorted(lent, key=lambda loan: (loan.permission, loan.absent)))


def lent_to(account_id: int, now: datetime | None = None) -> tuple[StandIn, ...]:
    """Permissions that are lent to an account at this moment."""
    absent = aliased(Account)
    rows = db.session.execute(
        select(Delegation.permissions, absent.public_id)
        .join(absent, absent.id == Delegation.absent_id)
        .where(Delegation.stand_in_id == account_id, in_force(now or utc_now()))
    ).all()
    return stand_ins((lent[0], lent[1]) for lent in rows)


def _state(row: Delegation, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.ends_at <= now:
        return "ended"
    return "running" if row.starts_at <= now else "coming"


def _lent(row: Delegation, now: datetime) -> Lent:
    return Lent(
        row.public_id,
        row.absent.public_id,
        row.absent.name,
        row.stand_in.public_id,
        row.stand_in.name,
        row.permissions,
        row.reason,
        row.starts_at,
        row.ends_at - timedelta(seconds=1),
        _state(row, now),
    )


def _delegations() -> Any:
    return select(Delegation).options(
        joinedload(Delegation.absent).lazyload(Account.roles),
        joinedload(Delegation.stand_in).lazyload(Account.roles),
    )


def delegations_among(account_ids: Collection[int], now: datetime) -> list[Lent]:
    """Delegations, running or to come, that any of these accounts gave or holds; one query."""
    if not account_ids:
        return []
    rows = db.session.scalars(
        _delegations()
        .where(
            Delegation.withdrawn_at.is_(None),
            Delegation.ends_at > now,
            or_(Delegation.stand_in_id.in_(account_ids), Delegation.absent_id.in_(account_ids)),
        )
        .order_by(Delegation.starts_at, Delegation.id)
    )
    return [_lent(lent, now) for lent in rows]


def delegations_of(account_id: int, now: datetime, most: int = 20) -> list[Lent]:
    """Delegations that an account lends or holds, with what is past; the latest first."""
    rows = db.session.scalars(
        _delegations()
        .where(or_(Delegation.stand_in_id == account_id, Delegation.absent_id == account_id))
        .order_by(Delegation.starts_at.desc(), Delegation.id.desc())
        .limit(most)
    )
    return [_lent(lent, now) for lent in rows]


def delegation(public_id: str, account_id: int | None, now: datetime) -> Lent:
    """A delegation that is not over. Raises NotFound, also if the account has no part in it.

    Without an account the person who manages accounts asks.
    """
    wanted = _delegations().where(
        Delegation.public_id == public_id,
        Delegation.withdrawn_at.is_(None),
        Delegation.ends_at > now,
    )
    if account_id is not None:
        wanted = wanted.where(
            or_(Delegation.stand_in_id == account_id, Delegation.absent_id == account_id)
        )
    lent = one_or_404(db.session.scalar(wanted))
    return _lent(lent, now)


def possible_stand_ins(absent_id: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Public id, name and what each may be lent, of all who may stand in for an account."""
    accounts = db.session.scalars(
        select(Account)
        .where(Account.active.is_(True), Account.paused_at.is_(None), Account.id != absent_id)
        .order_by(Account.name, Account.id)
    ).all()
    possible = []
    for candidate in accounts:
        roles = {Role(role.role) for role in candidate.roles}
        may = tuple(permission for permission in DELEGABLE if may_stand_in(roles, permission))
        if may:
            possible.append((candidate.public_id, candidate.name, may))
    return possible


def accounts_that_may(permission: str, now: datetime | None = None) -> Sequence[Account]:
    """Active accounts that may do something, by role or because it is lent to them now; by name.

    A person who tells somebody that a decision waits tells these.
    """
    roles = [*map(str, GRANTS[permission])]
    holding = select(AccountRole.account_id).where(AccountRole.role.in_(roles))
    accounts = db.session.scalars(
        select(Account)
        .where(Account.active.is_(True), Account.paused_at.is_(None))
        .where(
            or_(
                Account.id.in_(holding),
                Account.id.in_(select(Delegation.stand_in_id).where(in_force(now or utc_now()))),
            )
        )
        .order_by(Account.name, Account.id)
    ).all()
    by_role = set(db.session.scalars(holding))
    lent: dict[int, list[str]] = {}
    others = [candidate.id for candidate in accounts if candidate.id not in by_role]
    if others:
        for stand_in_id, permissions in db.session.execute(
            select(Delegation.stand_in_id, Delegation.permissions).where(
                Delegation.stand_in_id.in_(others), in_force(now or utc_now())
            )
        ):
            lent.setdefault(stand_in_id, []).extend(permissions)
    return [
        candidate
        for candidate in accounts
        if candidate.id in by_role
        or (
            permission in lent.get(candidate.id, ())
            and may_stand_in({Role(role.role) for role in candidate.roles}, permission)
        )
    ]


def actors_that_may(permission: str) -> list[Actor]:
    """The same as services know them, with what is lent to them now."""
    return [
        replace(actor_of(account), stands_in=lent_to(account.id))
        for account in accounts_that_may(permission)
    ]


def held(account: Account) -> list[Held]:
    """Holdings of an account that somebody else must take, and who may."""
    return held_by(db.session(), holder_of(account))


def last_hand_over(account_id: int) -> HandOver | None:
    """The hand-over of when an account was closed last; None if there was none."""
    return db.session.scalar(
        select(HandOver)
        .where(HandOver.account_id == account_id)
        .order_by(HandOver.id.desc())
        .limit(1)
    )


def names_for(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the successors of a hand-over."""
    return names_of(str(line["to"]) for line in lines if line.get("to"))


def known_mark(account_id: int, tokens: Collection[str]) -> BrowserMark | None:
    """The mark by which this account knows a browser again; `tokens` are hashes of its cookie.

    None if the account has none among them, or one that helps no longer. Marks of other accounts
    are worth nothing.
    """
    if not tokens:
        return None
    return db.session.scalar(
        select(BrowserMark)
        .where(
            BrowserMark.account_id == account_id,
            BrowserMark.token_hash.in_(tokens),
            BrowserMark.tries < accounts_rules.MARK_TRIES_MOST,
            BrowserMark.expires_at > utc_now(),
        )
        .order_by(BrowserMark.id.desc())
        .limit(1)
    )


def known_browsers(account_id: int, now: datetime) -> Sequence[BrowserMark]:
    """All browsers that an account is known by, the last used first."""
    return db.session.scalars(
        select(BrowserMark)
        .where(BrowserMark.account_id == account_id, BrowserMark.expires_at > now)
        .order_by(BrowserMark.used_at.desc(), BrowserMark.id.desc())
    ).all()
