"""The errors of tokens and of what is asked with them, each with a sentence and a fixed code.
Indicators as they may leave: officers exactly, and of the community what was told to a funder
already. Two live counts a day apart would else tell who came on it. People for programs: officers
within reach, and nobody who is or may be under 18. Of everybody else no token tells anybody by
number: sex and age of each beside what statements told would give what is starred there. Registers
for programs: the officers on one by number, with each mark. Certificates for programs: issued ones
of officers, by id. Tokens, who may agree to them, and the one behind a secret. Workshops for
programs. Words for how a token stands, and for its periods. The list of tokens as a table to take
along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import standing_in_requests
from kash.accounts.services.marks import token_hash
from kash.attendance.models import EntryAlias, Mark, RosterEntry, Slot
from kash.certificates.models import Certificate
from kash.certificates.queries.certificates import find_certificate
from kash.certificates.queries.issuing import within_reach as issuing_within_reach
from kash.certificates.rules.issuing import EXPIRING_WITHIN
from kash.exchange.api.models import APPROVAL, KIND, ApiToken, ApiTokenScope, scope_named
from kash.exchange.api.rules import PageCut, TokenStands, cut
from kash.figures.indicators.queries.figures import table_of
from kash.figures.indicators.rules import FigureCell, FigureTable, IndicatorKey, Period
from kash.figures.statements.queries import told_by_period
from kash.figures.statements.rules import COMPLETED, Name
from kash.figures.statements.services import TokenReader
from kash.people.connections.models import Connection
from kash.people.models import Group, Person, Posting
from kash.people.scope import within_reach
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.lists import Listing, listing
from kash.platform.web.taking import TableColumn
from kash.platform.web.today import Viewer
from kash.policy import Actor, Reach
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.scope import visible_workshops


class ApiProblem(Problem):
    """A request that is refused, with a code by which a program tells why, and headers."""

    code = ""
    headers: Mapping[str, str] = {}

    def __init__(
        self,
        sentence: str | None = None,
        *,
        status: int | None = None,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence, status=status)
        self.code, self.headers = code or self.code, headers or self.headers


class TokenMissing(ApiProblem):
    """There is no token, or one that is not in use: told alike, so that nobody learns which."""

    status, code = 401, "token"
    sentence = _l("Send a token that is in use: Authorization: Bearer …")
    headers = {"WWW-Authenticate": "Bearer"}


def out_of_scope() -> ApiProblem:
    """The refusal of a token that was not made for this, or of which the person who answers for it
    may not do it any more."""
    return ApiProblem(_l("This token was not made for this."), status=403, code="scope")


def too_much_asked(seconds: int) -> ApiProblem:
    """The refusal of a request where all of this minute are used up: how long until the next."""
    return ApiProblem(
        _l("Too many requests. Wait a minute and go on."),
        status=429,
        code="too-many",
        headers={"Retry-After": str(seconds)},
    )


TOO_LATE = _l("This token waited too long, was fetched already, or was ended.")


@dataclass(frozen=True)
class LeavingFigure:
    """An indicator of a period: the count of officers, or of workshops; that of the community as it
    was told, None where it was not told or is left out (`starred`); and cells of officers."""

    count: int | None
    community: int | None
    starred: bool
    adds_up: bool
    cells: tuple[FigureCell, ...]


class LeavingFigures:
    """Figures of a period and a funder (public id), None for the whole programme."""

    def __init__(self, period: Period, funder: str | None, session: Session) -> None:
        self.period, self.funder, self.session = period, funder, session
        self._police = set(session.scalars(select(Group.letter).where(Group.is_police.is_(True))))
        self._told = told_by_period(session).get(period.text, {})

    def of(self, key: str, by: str = "") -> LeavingFigure:
        """An indicator, its officers told apart by one thing. Raises DimensionProblem."""
        name = Name(key, self.funder or "")
        community, starred = self._told.get(name), name in self._told and self._told[name] is None
        if key == IndicatorKey.WORKSHOPS:
            table = self._table(key, (by,) if by else ())
            cells = table.cells if by else ()
            return LeavingFigure(table.total.count, None, False, table.adds_up, cells)
        total = self._officers(self._table(key, ("group",)))
        grouped = self._table(key, ("group", by)) if by else None
        return LeavingFigure(
            total,
            community,
            starred,
            grouped.adds_up if grouped is not None else True,
            self._cells(grouped) if grouped is not None else (),
        )

    def _table(self, key: str, by: tuple[str, ...]) -> FigureTable:
        return table_of(key, self.period, by, funder=self.funder, actor=None, session=self.session)

    def _officers(self, table: FigureTable) -> int | None:
        if table.total.count is None:
            return None
        return sum(cell.count or 0 for cell in table.cells if cell.values[0] in self._police)

    def _cells(self, table: FigureTable) -> tuple[FigureCell, ...]:
        return tuple(
            FigureCell((cell.values[1],), cell.count)
            for cell in table.cells
            if cell.values[0] in self._police
        )


def counts_told(letter: str, session: Session) -> list[dict[str, Any]]:
    """Counts of community members by period, sex and age, exactly as statements told them; none for
    a group (by letter) of officers, or one that is not there."""
    group = session.scalar(select(Group).where(Group.letter == letter))
    if group is None or group.is_police:
        return []
    told = sorted(told_by_period(session).items())
    return [
        {"period": period, "sex": "", "age_band": "", **dict(name.place), "count": count}
        for period, figures in told
        for name, count in sorted(figures.items())
        if name.indicator == COMPLETED and not name.funder
    ]


# Keys of the groups whose people may be told one by one.
OFFICERS = select(Group.id).where(Group.is_police.is_(True))


def people_after(
    actor: Actor, letter: str, after: str, limit: int, since: datetime | None = None
) -> PageCut[Person]:
    """The officers of a group after an id who changed `since` a moment, and whether there are
    more; none of a group that is not of officers."""
    statement = _within(actor).join(Person.group).where(Group.letter == letter)
    if after:
        statement = statement.where(Person.public_id > after)
    if since is not None:
        statement = statement.where(Person.changed_at >= since)
    return cut(
        db.session.scalars(statement.order_by(Person.public_id).limit(limit + 1)).all(), limit
    )


def person_within(actor: Actor, public_id: str) -> Person:
    """One officer. Raises NotFound."""
    statement = _within(actor).where(Person.public_id == public_id)
    return one_or_404(db.session.scalar(statement))


def _within(actor: Actor) -> Select[Person]:
    return (
        select(Person)
        .where(
            within_reach(actor, "people.see"),
            Person.minor.is_(False),
            Person.group_id.in_(OFFICERS),
        )
        .options(
            joinedload(Person.group), selectinload(Person.postings).joinedload(Posting.organisation)
        )
    )


def register_page(
    register_id: int, after: str, limit: int
) -> tuple[PageCut[tuple[str, str, int]], dict[int, list[dict[str, Any]]]]:
    """Officers on a register after an entry's id: entries, each with the person's public id and
    key, and all their marks by key. Two queries."""
    statement = (
        select(RosterEntry.public_id, Person.public_id, Person.id)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.removed_at.is_(None),
            Person.group_id.in_(OFFICERS),
        )
        .order_by(RosterEntry.public_id)
        .limit(limit + 1)
    )
    if after:
        statement = statement.where(RosterEntry.public_id > after)
    part = cut(
        [(entry, person, key) for entry, person, key in db.session.execute(statement)], limit
    )
    marks: dict[int, list[dict[str, Any]]] = {}
    for key, slot, status, version in db.session.execute(
        select(Mark.person_id, Slot.public_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(
            Slot.register_id == register_id, Mark.person_id.in_([key for *_ids, key in part.rows])
        )
        .order_by(Slot.starts_at, Slot.id)
    ):
        marks.setdefault(key, []).append({"slot": slot, "status": status, "version": version})
    return part, marks


def officers_entries(session: Session, register_id: int, entries: Collection[str]) -> set[str]:
    """Those among these ids that an officer's entry on a register has, or had before a merge."""
    own = select(RosterEntry.public_id, RosterEntry.person_id).where(
        RosterEntry.register_id == register_id, RosterEntry.public_id.in_(entries)
    )
    before = (
        select(EntryAlias.public_id, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.register_id == register_id, EntryAlias.public_id.in_(entries))
    )
    named = own.union(before).subquery()
    statement = (
        select(named.c[0])
        .join(Person, Person.id == named.c.person_id)
        .where(Person.group_id.in_(OFFICERS))
    )
    return set(session.scalars(statement))


def certificates_after(
    actor: Actor, after: str, limit: int, since: datetime | None = None
) -> PageCut[Certificate]:
    """Issued certificates of officers after an id that stand otherwise `since` a moment, and
    whether there are more."""
    statement = (
        select(Certificate)
        .join(Certificate.batch)
        .join(Certificate.person)
        .where(
            Certificate.serial.is_not(None),
            issuing_within_reach(actor, "certificates.see"),
            Person.group_id.in_(OFFICERS),
        )
        .options(joinedload(Certificate.person).load_only(Person.public_id, raiseload=True))
        .order_by(Certificate.public_id)
        .limit(limit + 1)
    )
    if after:
        statement = statement.where(Certificate.public_id > after)
    if since is not None:
        statement = statement.where(_stands_otherwise(since, local_today()))
    return cut(db.session.scalars(statement).all(), limit)


def _stands_otherwise(since: datetime, today: date) -> ColumnElement[bool]:
    """Issued or revoked since then; or their last day, or the day from which they are told to run
    out, lies since then."""
    day = to_local(since).date()
    return or_(
        Certificate.issued_on >= day,
        Certificate.revoked_at >= since,
        Certificate.expires_on.between(day + EXPIRING_WITHIN, today + EXPIRING_WITHIN),
        Certificate.expires_on.between(day - timedelta(days=1), today),
    )


def certificate_of(actor: Actor, serial: str) -> Certificate:
    """An officer's certificate, by its serial. Raises NotFound."""
    certificate = find_certificate(actor, serial)
    return one_or_404(
        certificate if certificate is not None and certificate.person.group.is_police else None
    )


def token_behind(secret: str) -> ApiToken | None:
    """The token whose secret this is, with its account, connection and scopes."""
    return db.session.scalar(
        select(ApiToken)
        .where(ApiToken.token_hash == token_hash(secret))
        .options(
            joinedload(ApiToken.account).selectinload(Account.roles),
            joinedload(ApiToken.connection),
            selectinload(ApiToken.scopes),
        )
    )


def seen_by(actor: Actor) -> Select[ApiToken]:
    """The tokens that an actor may see: all, or those for which she answers."""
    reach = actor.reach("api.see")
    if reach is Reach.ALL:
        return select(ApiToken)
    if reach is Reach.SELF:
        return select(ApiToken).where(ApiToken.account_id == (actor.account_id or 0))
    return select(ApiToken).where(false())


def tokens(actor: Actor, connection: str = "") -> Listing[Any]:
    """Tokens by when they were asked for, the newest first; of one connection, if its public id is
    given."""
    statement = seen_by(actor)
    if connection:
        statement = statement.where(ApiToken.connection.has(Connection.public_id == connection))
    return listing(
        statement.options(
            joinedload(ApiToken.account),
            joinedload(ApiToken.connection),
            selectinload(ApiToken.scopes),
        ),
        sorts={"asked": ApiToken.created_at},
        default_sort="asked",
        default_direction="desc",
        key=ApiToken.id,
    )


def token(public_id: str, actor: Actor) -> ApiToken:
    """A token that an actor may see. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            seen_by(actor)
            .where(ApiToken.public_id == public_id)
            .options(
                joinedload(ApiToken.account),
                joinedload(ApiToken.connection),
                selectinload(ApiToken.scopes),
            )
        )
    )


def standing_towards(found: ApiToken, actor: Actor, session: Session | None = None) -> Standing:
    """Standing of somebody to what another asked for, by the rule of two people for accounts."""
    stands = standing_in_requests(
        session or db.session(), actor.public_id, [found.proposed_by], utc_now()
    )
    return stands(asked_by=found.proposed_by, concerned="")


def _waiting(actor: Actor) -> ColumnElement[bool]:
    own = and_(
        ApiToken.account_id == (actor.account_id or 0),
        ApiToken.state == "approved",
        ApiToken.fetched_at.is_(None),
    )
    return and_(ApiToken.ended_at.is_(None), or_(own, APPROVAL.open_to(actor)))


def any_waiting(asked: Viewer) -> ColumnElement[bool] | None:
    """The condition that there may be a token on somebody's Today; None if never."""
    if not (asked.actor.may("api.agree") or asked.actor.may("api.make")):
        return None
    return exists().where(_waiting(asked.actor))


def tokens_on_today(asked: Viewer) -> tuple[list[ApiToken], list[ApiToken]]:
    """Tokens that wait for the reader, the oldest first: to be agreed to, and to be fetched. One
    query, and more only if there are any to agree to."""
    tokens = db.session.scalars(
        select(ApiToken)
        .where(_waiting(asked.actor))
        .options(joinedload(ApiToken.connection))
        .order_by(ApiToken.id)
    ).all()
    stands = {token.id: token.stands(asked.now) for token in tokens}
    return (
        [
            token
            for token in tokens
            if stands[token.id] is TokenStands.ASKED
            and standing_towards(token, asked.actor) is Standing.MAY
        ],
        [token for token in tokens if stands[token.id] is TokenStands.AGREED],
    )


def connections_to_choose() -> Sequence[Connection]:
    """Connections for programs that two people agreed to, by name."""
    return db.session.scalars(
        select(Connection)
        .where(Connection.kind == KIND, Connection.state == "approved")
        .order_by(func.lower(Connection.name), Connection.id)
    ).all()


def names_of_tokens(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of connections by the ids of tokens that belong to them."""
    wanted = sorted(set(public_ids))
    rows = db.session.execute(
        select(ApiToken.public_id, Connection.name)
        .join(Connection, Connection.id == ApiToken.connection_id)
        .where(ApiToken.public_id.in_(wanted))
    )
    return {connection.public_id: connection.name for connection in rows}


def count_in_use(now: datetime) -> Select[Any]:
    """Number of tokens in use, to be asked."""
    return (
        select(func.count(ApiToken.id))
        .join(Connection, Connection.id == ApiToken.connection_id)
        .where(
            ApiToken.token_hash.is_not(None),
            ApiToken.ended_at.is_(None),
            ApiToken.expires_at > now,
            ApiToken.created_at >= Connection.created_at,
        )
    )


def rows_given_until(session: Session) -> date | None:
    """The last day on which any token gave people who are no officers one by one."""
    last = session.scalar(select(func.max(ApiToken.rows_until)))
    return to_local(last).date() if last is not None else None


def programs_that_read() -> list[TokenReader]:
    """Programs that read something by a token, whatever became of it; the last to read first."""
    tokens = db.session.scalars(
        select(ApiToken)
        .where(ApiToken.scopes.any(ApiTokenScope.last_used_at.is_not(None)))
        .options(joinedload(ApiToken.connection), selectinload(ApiToken.scopes))
        .order_by(ApiToken.id)
    ).all()
    read = [
        TokenReader(
            token.connection.name,
            token.purpose,
            [
                scope.title
                for used in token.scopes
                if used.last_used_at and (scope := scope_named(used.scope))
            ],
            token.last_used_at,
            url_for("api.token", public_id=token.public_id),
            to_local(token.rows_until).date() if token.rows_until else None,
        )
        for token in tokens
        if token.last_used_at is not None
    ]
    return sorted(read, key=lambda one: one.last, reverse=True)


def workshops_after(
    actor: Actor,
    after: str,
    limit: int,
    first: date | None = None,
    last: date | None = None,
    since: datetime | None = None,
) -> PageCut[Workshop]:
    """Workshops after an id that fall among these days and changed `since` a moment, and whether
    there are more."""
    statement = visible_workshops(actor).options(
        joinedload(Workshop.venue), joinedload(Workshop.version).joinedload(CourseVersion.course)
    )
    if after:
        statement = statement.where(Workshop.public_id > after)
    if first is not None:
        statement = statement.where(Workshop.ends_on >= first)
    if last is not None:
        statement = statement.where(Workshop.starts_on <= last)
    if since is not None:
        statement = statement.where(Workshop.changed_at >= since)
    rows = db.session.scalars(statement.order_by(Workshop.public_id).limit(limit + 1)).all()
    return cut(rows, limit)


def sessions_of(workshop: Workshop) -> Sequence[WorkshopSession]:
    """The sessions of a workshop with their slots, in the order in which they begin."""
    return db.session.scalars(
        select(WorkshopSession)
        .join(WorkshopSession.slot)
        .options(contains_eager(WorkshopSession.slot))
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


STANDS_WORDS: dict[TokenStands, Any] = {
    TokenStands.ASKED: _l("waits for a second person"),
    TokenStands.RETURNED: _l("sent back"),
    TokenStands.AGREED: _l("agreed, to be fetched"),
    TokenStands.IN_USE: _l("in use"),
    TokenStands.LAPSED: _l("waited too long"),
    TokenStands.RAN_OUT: _l("ran out"),
    TokenStands.ENDED: _l("ended"),
}
STANDS_TONES: dict[TokenStands, str] = {
    TokenStands.ASKED: "warn",
    TokenStands.RETURNED: "bad",
    TokenStands.AGREED: "warn",
    TokenStands.IN_USE: "good",
    TokenStands.LAPSED: "",
    TokenStands.RAN_OUT: "",
    TokenStands.ENDED: "",
}
PERIOD_WORDS: dict[int, Any] = {
    30: _l("30 days"),
    90: _l("90 days"),
    180: _l("Half a year"),
    365: _l("A year"),
}


def token_columns(now: datetime) -> tuple[TableColumn[ApiToken], ...]:
    """The columns, with how each token stands at a moment."""
    return (
        TableColumn(_l("Connection"), lambda one: one.connection.name),
        TableColumn(_l("What for"), lambda one: one.purpose),
        TableColumn(_l("May be used for"), lambda one: ", ".join(use.scope for use in one.scopes)),
        TableColumn(_l("Answers for it"), lambda one: one.account.name),
        TableColumn(_l("Last used"), lambda one: one.last_used_at),
        TableColumn(_l("Ends"), lambda one: one.expires_at),
        TableColumn(_l("State"), lambda one: str(STANDS_WORDS[one.stands(now)])),
    )
