"""Pages on which a sealed document of `identity` is read: rooms above declare theirs. Reads of
members, their keys, and requests to read. Keys that are taken away, or held back, when the roles
of an account are changed or its access ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from flask import g, has_request_context
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from kash.accounts.errors import LastKeyHolder
from kash.accounts.members.rules import CASE, IDENTITY, entitled, left_with, may_begin
from kash.accounts.models import STANDING_SENTENCES, Account
from kash.accounts.queries.accounts import standing_in_requests
from kash.accounts.rules import REQUEST_WAITS
from kash.feature import Part, declared
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    OpenVault,
    SealedDocument,
    Trust,
    Unsealing,
    VaultMember,
    can_open,
    fingerprint,
    is_withheld,
    lost_compartments,
    missing_compartments,
    only_holder_of,
    remove_member,
    take_compartment,
    trusts,
    unfinished_rotations,
    withhold,
)
from kash.platform.vault.compartments import Secret
from kash.platform.vault.sealing import recall
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import Forbidden, NotFound, get_or_404
from kash.policy import Actor, Role

Address = Callable[[str], str | None]
KeepsAway = Callable[[Actor, OpenVault, str], bool]


def _keeps_nobody_away(_by: Actor, _vault: OpenVault, _public_id: str) -> bool:
    return False


@dataclass(frozen=True)
class SealedPage(Part):
    """A kind of document: what it is called, where it is read, and who must not decide about one.

    `address` takes the public id of the document and answers the address of its page, or None.
    `keeps_away` takes who decides, her open vault and that id: whether she must not decide, because
    she has a part in what it is about.
    """

    kind: str
    label: Any
    address: Address
    keeps_away: KeepsAway = _keeps_nobody_away


def _page(kind: str) -> SealedPage | None:
    return next((page for page in declared(SealedPage) if page.kind == kind), None)


def page_of(kind: str, public_id: str) -> tuple[Any, str]:
    """Name of a document and the address of its page, empty if no room has named one."""
    sealed_page = _page(kind)
    if sealed_page is None:
        return _l("A sealed identity"), ""
    return sealed_page.label, sealed_page.address(public_id) or ""


def is_kept_away(by: Actor, vault: OpenVault, kind: str, public_id: str) -> bool:
    """True if somebody must not decide who reads a document."""
    sealed_page = _page(kind)
    return sealed_page is not None and sealed_page.keeps_away(by, vault, public_id)


NAMES = (CASE, IDENTITY)
# How long a decided request is listed.
_LISTED = 50


def member_of(account: str) -> VaultMember | None:
    """The keys of an account, by its public id."""
    return db.session.scalar(select(VaultMember).where(VaultMember.holder == account))


def may_hold_keys(actor: Actor) -> bool:
    """True if the pages of cases are the actor's: an officer's always, a director's once she is a
    member."""
    if not {Role.DOCUMENTATION, Role.CUSTODIAN}.isdisjoint(actor.roles):
        return True
    return _is_member(actor)


def _is_member(actor: Actor) -> bool:
    """True if an actor has keys: read once in a request, and anew once they were made
    (`vault_sessions.forget_loaded`)."""
    if not has_request_context():
        return member_of(actor.public_id) is not None
    members: dict[str, bool] = g.setdefault("vault_members", {})
    if actor.public_id not in members:
        members[actor.public_id] = member_of(actor.public_id) is not None
    return members[actor.public_id]


def holds_anything(member: VaultMember) -> bool:
    """True if anything was wrapped to a member."""
    return bool(db.session.scalar(select(exists().where(CompartmentWrap.member_id == member.id))))


@dataclass(frozen=True)
class MemberLine:
    """Somebody with keys: what they open, and what she may still be let into."""

    public_id: str
    holder: str
    name: str
    roles: tuple[Role, ...]
    holds: frozenset[str]
    waits_for: frozenset[str]
    fingerprint: str
    joined_at: datetime
    admitted_by: str
    opened_at: datetime | None
    mine: bool
    # `sealed`, `uncompared` or `altered` (`checks.Trust`).
    trust: str = "sealed"
    # What a page carries of the key whose words it shows.
    shown: str = ""
    # The server's half of the key is held back.
    withheld: bool = False


class CompartmentStatus(NamedTuple):
    """How a compartment stands: who can open it, and what is unfinished.

    `documents` are those to move to new keys; `all_documents` how many there are. `left` says
    `lost`, `last` or `safe` (see `rules.left_with`); a compartment that nobody made has `made`
    False.
    """

    name: str
    made: bool
    holders: int
    unfinished: bool
    documents: int
    all_documents: int

    @property
    def left(self) -> str:
        """In words for templates."""
        return left_with(self.holders)


def standings() -> list[CompartmentStatus]:
    """Every compartment."""
    session = db.session()
    holders = {str(name): count for name, count in can_open(session).items()}
    waiting = unfinished_rotations(session)
    counted = select(Compartment.name, func.count(DocumentKey.document_id)).outerjoin(
        DocumentKey, DocumentKey.compartment_id == Compartment.id
    )
    everything = {
        name: int(count) for name, count in session.execute(counted.group_by(Compartment.name))
    }
    return [
        CompartmentStatus(
            name,
            name in holders,
            holders.get(name, 0),
            name in waiting,
            waiting.get(name, 0),
            everything.get(name, 0),
        )
        for name in NAMES
    ]


def member_lines(
    actor: Actor, secrets: Mapping[tuple[str, int], Secret] | None = None
) -> list[MemberLine]:
    """All who hold keys, by name. With the `secrets` of an open vault their keys are checked
    wholly."""
    stands, told = trusts(db.session(), secrets), recall()
    rows = db.session.scalars(select(VaultMember)).all()
    holders = [member_row.holder for member_row in rows]
    people = {
        account.public_id: account
        for account in db.session.scalars(
            select(Account)
            .where(Account.public_id.in_(holders))
            .options(selectinload(Account.roles))
        )
    }
    openable = {str(name) for name in can_open(db.session())}
    compartments: dict[int, set[str]] = {}
    for member_id, name in db.session.execute(
        select(CompartmentWrap.member_id, Compartment.name)
        .join(Compartment, Compartment.id == CompartmentWrap.compartment_id)
        .where(Compartment.state == "current")
    ):
        compartments.setdefault(member_id, set()).add(name)
    names = account_names(
        [*holders, *(member_row.admitted_by for member_row in rows if member_row.admitted_by)]
    )
    lines = []
    for member_row in rows:
        account = people.get(member_row.holder)
        roles = frozenset(Role(role.role) for role in account.roles) if account else frozenset()
        holds = frozenset(compartments.get(member_row.id, ()))
        lines.append(
            MemberLine(
                public_id=member_row.public_id,
                holder=member_row.holder,
                name=names.get(member_row.holder, ""),
                roles=tuple(sorted(roles)),
                holds=holds,
                waits_for=frozenset(entitled(roles) & openable) - holds,
                fingerprint=fingerprint(member_row.public_key),
                joined_at=member_row.joined_at,
                admitted_by=names.get(member_row.admitted_by or "", ""),
                opened_at=member_row.opened_at,
                mine=member_row.holder == actor.public_id,
                trust=stands.get(member_row.public_id, Trust.SEALED),
                shown=hashlib.sha256(member_row.public_key).hexdigest(),
                withheld=is_withheld(member_row, told),
            )
        )
    return sorted(lines, key=lambda line: (line.name.lower(), line.public_id))


def waiting_to_be_let_in(actor: Actor) -> int:
    """How many wait for keys that this actor holds herself, so that she may compare the words with
    them and let them in. One query for who holds none."""
    lines, mine = others_of(actor)
    return sum(bool(line.waits_for & mine) for line in lines)


def to_be_compared(lines: Sequence[MemberLine], mine: frozenset[str]) -> list[str]:
    """The names of those whose four words are still to be compared by who holds the same."""
    return [line.name for line in lines if line.trust == Trust.UNCOMPARED and line.holds & mine]


def others_of(actor: Actor) -> tuple[list[MemberLine], frozenset[str]]:
    """The other members, and what the actor holds; one query for who holds nothing."""
    if not _is_member(actor):
        return [], frozenset()
    lines = member_lines(actor)
    mine = next((line.holds for line in lines if line.mine), frozenset())
    return [line for line in lines if not line.mine], mine


def member_line(
    actor: Actor, public_id: str, secrets: Mapping[tuple[str, int], Secret] | None = None
) -> MemberLine:
    """One of them. Raises NotFound."""
    for line in member_lines(actor, secrets):
        if line.public_id == public_id:
            return line
    raise NotFound


def compartments_to_begin(actor: Actor) -> list[str]:
    """The compartments that this actor may make now: nobody has, or nobody can open them."""
    may = may_begin(actor.roles)
    session = db.session()
    return sorted(
        {*missing_compartments(session, sorted(may)), *may.intersection(lost_compartments(session))}
    )


def left_without(public_id: str) -> dict[str, str]:
    """Compartments of an account's keys that would be left with one member (`last`) or none
    (`lost`) if the keys were taken away."""
    member = member_of(public_id)
    if member is None:
        return {}
    names = db.session.scalars(
        select(Compartment.name)
        .join(CompartmentWrap, CompartmentWrap.compartment_id == Compartment.id)
        .where(CompartmentWrap.member_id == member.id, Compartment.state == "current")
    ).all()
    counts = can_open(db.session())
    without = {str(name): left_with(n - 1) for name, n in counts.items() if name in names}
    without |= dict.fromkeys(only_holder_of(db.session(), member), "lost")
    return {name: left for name, left in without.items() if left != "safe"}


@dataclass(frozen=True)
class Removal:
    """How somebody may take a member's keys away: `way` is `now`, `ask`, `asked` (by herself),
    `agree` or `refused`, with the reason in `sentence`. `asked_by` is who asked."""

    way: str
    asked_by: str = ""
    sentence: str = ""


def removal_for(actor: Actor, public_id: str) -> Removal:
    """How the actor may take these keys away. Raises NotFound."""
    member = get_or_404(db.session, VaultMember, public_id)
    if member.holder == actor.public_id or not only_holder_of(db.session(), member):
        return Removal("now")
    now = utc_now()
    asker = asker_of(db.session(), member, now)
    if asker is None and not may_remove(db.session(), actor, member, Role.ADMINISTRATOR):
        return Removal("refused", sentence=str(Forbidden.sentence))
    if asker is None:
        return Removal("ask")
    if asker.public_id == actor.public_id:
        return Removal("asked", asker.name)
    stands = standing_in_requests(db.session(), actor.public_id, [asker.public_id], now)(
        asked_by=asker.public_id, concerned=member.holder
    )
    if stands is not Standing.MAY:
        return Removal("refused", asker.name, str(STANDING_SENTENCES[stands]))
    if not may_remove(db.session(), actor, member, Role.ADMINISTRATOR, Role.DIRECTOR):
        return Removal("refused", asker.name, str(Forbidden.sentence))
    return Removal("agree", asker.name)


def may_remove(session: Session, actor: Actor, member: VaultMember, *roles: Role) -> bool:
    """True if these keys are the actor's own, or she holds some, or has one of these roles: the
    person who waits may withdraw."""
    if member.holder == actor.public_id or not actor.roles.isdisjoint(roles):
        return True
    own = member_of(actor.public_id)
    return own is not None and holds_anything(own)


def asker_of(session: Session, member: VaultMember, now: datetime) -> Account | None:
    """People who asks that the keys of a last holder be taken away, while that holds."""
    if member.removal_asked_at is None or member.removal_asked_at + REQUEST_WAITS <= now:
        return None
    return session.scalar(
        select(Account).where(
            Account.public_id == member.removal_asked_by,
            Account.active.is_(True),
            Account.paused_at.is_(None),
        )
    )


# --- Requests to read an identity ---------------------------------------------------------------


@dataclass(frozen=True)
class IdentityRequestLine:
    """A request to read who somebody is.

    `state` is `waits`, `granted`, `refused` or `over`; `address` is the page of the document, if a
    room has named one and the grant holds.
    """

    public_id: str
    document: str
    kind: str
    label: object
    asker: str
    asked_by: str
    asked_at: datetime
    state: str
    decided_by: str
    runs_out_at: datetime | None
    minutes_left: int
    mine: bool
    address: str = field(default="")


def _state(row: Unsealing, now: datetime) -> str:
    if row.granted is None:
        return "waits"
    if not row.granted:
        return "refused"
    return "granted" if row.runs_out_at is not None and row.runs_out_at > now else "over"


def identity_request_lines(actor: Actor) -> list[IdentityRequestLine]:
    """The actor's own requests, and for a custodian those that wait; the newest first."""
    mine = VaultMember.holder == actor.public_id
    wanted = or_(mine, Unsealing.granted.is_(None)) if actor.may("vault.unseal") else mine
    rows = db.session.execute(
        select(Unsealing, VaultMember.holder, SealedDocument.public_id, SealedDocument.kind)
        .join(VaultMember, VaultMember.id == Unsealing.member_id)
        .join(SealedDocument, SealedDocument.id == Unsealing.document_id)
        .where(wanted)
        .order_by(Unsealing.asked_at.desc(), Unsealing.id)
        .limit(_LISTED)
    ).all()
    return _lines(actor, rows)


def identity_request_line(actor: Actor, public_id: str) -> IdentityRequestLine:
    """One request that the actor made or may decide. Raises NotFound."""
    rows = db.session.execute(
        select(Unsealing, VaultMember.holder, SealedDocument.public_id, SealedDocument.kind)
        .join(VaultMember, VaultMember.id == Unsealing.member_id)
        .join(SealedDocument, SealedDocument.id == Unsealing.document_id)
        .where(Unsealing.public_id == public_id)
    ).all()
    lines = _lines(actor, rows)
    if not lines or not (lines[0].mine or actor.may("vault.unseal")):
        raise NotFound
    return lines[0]


def _lines(
    actor: Actor, rows: Sequence[tuple[Unsealing, str, str, str]]
) -> list[IdentityRequestLine]:
    now = utc_now()
    names = account_names(
        [
            line
            for request in rows
            for line in (request[1], request[0].decided_by)
            if line is not None
        ]
    )
    lines = []
    for request, holder, document, kind in rows:
        label, address = page_of(kind, document)
        state = _state(request, now)
        left = (request.runs_out_at - now).total_seconds() if request.runs_out_at else 0
        mine = holder == actor.public_id
        lines.append(
            IdentityRequestLine(
                public_id=request.public_id,
                document=document,
                kind=kind,
                label=label,
                asker=holder,
                asked_by=names.get(holder, ""),
                asked_at=request.asked_at,
                state=state,
                decided_by=names.get(request.decided_by or "", ""),
                runs_out_at=request.runs_out_at,
                minutes_left=max(1, int(-(-left // 60))) if state == "granted" else 0,
                mine=mine,
                address=address if mine and state == "granted" else "",
            )
        )
    return lines


TAKEN, HELD_BACK = "members.keys_taken", "members.key_held_back"
OUTCOMES = {
    TAKEN: _l(
        "The keys of the vault were taken away. New ones are made when a member next opens it."
    ),
    HELD_BACK: _l(
        "The key of the vault was held back: nobody else can open what it opens. An "
        "administrator or the director gives it back, on the page of who holds keys."
    ),
}


def _member(session: Session, holder: str) -> VaultMember | None:
    return session.scalar(select(VaultMember).where(VaultMember.holder == holder))


def take_keys_with_roles(
    session: Session, public_id: str, roles: frozenset[Role], now: datetime
) -> None:
    """The step that takes away what the roles of an account no longer entitle to. Raises
    LastKeyHolder if nobody else can open something of it."""
    member = _member(session, public_id)
    if member is None:
        return
    may = entitled(roles)
    if not may.issuperset(only_holder_of(session, member, lock=True)):
        raise LastKeyHolder
    if not may:
        remove_member(session, member)
        return
    for name in (CASE, IDENTITY):
        if name not in may:
            take_compartment(session, member, name)


def take_all_keys(session: Session, account_id: int, now: datetime) -> str | None:
    """The step that takes an account's keys away; the rotation that follows needs a member.

    What nobody else can open would be lost: that key stays, and the server's half of it is held
    back. Answers which of the two was done, None if there were no keys.
    """
    holder = session.scalar(select(Account.public_id).where(Account.id == account_id))
    member = _member(session, holder or "")
    if member is None:
        return None
    alone = only_holder_of(session, member, lock=True)
    if not alone:
        remove_member(session, member)
        return TAKEN
    for name in (CASE, IDENTITY):
        if name not in alone:
            take_compartment(session, member, name)
    withhold(session, member, now)
    return HELD_BACK
