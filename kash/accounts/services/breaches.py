"""The breach register: entries are opened, written on, and closed with a reason. Standing in: an
absent person lends her approvals for some days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.models import Account, Breach, BreachNote, Delegation
from kash.accounts.queries.accounts import roles_of
from kash.accounts.queries.safety import breach_version
from kash.accounts.rules import LONGEST_STAND_IN, Affected, DaysFault, days_fault
from kash.accounts.services.accounts import locked_account
from kash.accounts.services.notices import APPROVALS_LENT, STANDS_IN, notify
from kash.platform.approvals.approval import approval_names
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, audited, seal
from kash.platform.web.errors import ChangedMeanwhile, Forbidden, NotFound, Problem, get_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import DELEGABLE, GRANTS, Actor, may_stand_in


def cannot_stand_in(not_these: Sequence[str] = ()) -> Problem:
    """Refusal of an account that must not be lent an approval, or these. What else is ticked may be
    lent: the person who lends takes away these ticks alone."""
    names = approval_names()
    these = "; ".join(str(names[permission]) for permission in not_these)
    if these:
        told = _("This account cannot decide on: %(these)s", these=these)
        return Problem(told, field="permissions", status=422)
    return Problem(
        _l(
            "This account cannot decide on that. It must see the same pages by its own roles, "
            "and be no peer educator, police account or funder."
        ),
        field="stand_in",
        status=422,
    )


wrong_days = partial(Problem, field="last", status=422)


LENT_ALREADY = _l(
    "Somebody decides on that for you on some of these days. End it on the page of your account, "
    "or choose other days."
)


def _check_days(first: date, last: date, today: date) -> None:
    fault = days_fault(first, last, today)
    if fault is not None:
        raise wrong_days(
            {
                DaysFault.ORDER: _("The last day is before the first."),
                DaysFault.PAST: _("The last day is past."),
                DaysFault.LONG: _("Use at most %(most)s days.", most=LONGEST_STAND_IN),
            }[fault]
        )


def lend_approvals(
    by: Actor, stand_in: str, *, permissions: Collection[str], first: date, last: date, reason: str
) -> str:
    """Let another account decide for the actor from a day to a day, both included.

    `stand_in` is a public id; both are told. Answers the delegation's public id. Raises Forbidden,
    Problem.
    """
    if by.account_id is None or not any(role in GRANTS["approvals.delegate"] for role in by.roles):
        raise Forbidden
    public_id = new_public_id()
    starts_at = from_local(first, time())
    ends_at = from_local(last + timedelta(days=1), time())
    with audited("accounts.approvals_lent", by) as change:
        _check_days(first, last, to_local(change.now).date())
        # One at a time, so that two forms sent at once do not both get through.
        absent = locked_account(change.session, by.public_id)
        other = change.session.scalar(select(Account).where(Account.public_id == stand_in))
        if other is None or not other.active or other.paused_at or other.id == absent.id:
            raise cannot_stand_in()
        roles = roles_of(other)
        wanted = [delegation for delegation in DELEGABLE if delegation in permissions]
        refused = [delegation for delegation in wanted if not may_stand_in(roles, delegation)]
        if refused or not wanted:
            raise cannot_stand_in(refused if refused != wanted else ())
        if _overlapping(change.session, absent.id, wanted, starts_at, ends_at):
            raise Problem(LENT_ALREADY, field="")
        change.session.add(
            Delegation(
                public_id=public_id,
                absent_id=absent.id,
                stand_in_id=other.id,
                permissions=wanted,
                reason=reason,
                starts_at=starts_at,
                ends_at=ends_at,
                created_at=change.now,
            )
        )
        notify(change.session, absent, APPROVALS_LENT, change.now)
        notify(change.session, other, STANDS_IN, change.now)
        change.about(public_id, other.public_id)
    return public_id


def _overlapping(
    session: Session,
    absent_id: int,
    permissions: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
) -> bool:
    rows = session.scalars(
        select(Delegation.permissions).where(
            Delegation.absent_id == absent_id,
            Delegation.withdrawn_at.is_(None),
            Delegation.starts_at < ends_at,
            Delegation.ends_at > starts_at,
        )
    )
    return any(not set(permissions).isdisjoint(delegation) for delegation in rows)


def end_stand_in(by: Actor, public_id: str) -> None:
    """End a delegation at once: by either of the two, or the person who manages accounts.
    NotFound."""
    with audited("accounts.approvals_withdrawn", by) as change:
        delegation = change.session.scalar(
            select(Delegation).where(Delegation.public_id == public_id).with_for_update()
        )
        concerned = delegation is not None and (
            by.account_id in (delegation.absent_id, delegation.stand_in_id)
            or by.may("accounts.manage")
        )
        if delegation is None or not concerned or delegation.ends_at <= change.now:
            raise NotFound
        if delegation.withdrawn_at is not None:
            change.nothing()
            return
        delegation.withdrawn_at = change.now
        delegation.withdrawn_by = by.public_id
        change.about(public_id)


def end_all_stand_ins(session: Session, account_id: int, now: datetime, by: str) -> None:
    """End what an account lent or was lent, inside the caller's transaction."""
    session.execute(
        update(Delegation)
        .where(
            or_(Delegation.absent_id == account_id, Delegation.stand_in_id == account_id),
            Delegation.withdrawn_at.is_(None),
            Delegation.ends_at > now,
        )
        .values(withdrawn_at=now, withdrawn_by=by)
    )


BREACH_CLOSED = _l("This entry is closed. Open a new one.")


NOTICE_GIVEN = _l("The notice was recorded already.")


later_than_now = partial(Problem, _l("Enter a time that is past."), status=422)


def _open(session: Session, public_id: str) -> Breach:
    breach = get_or_404(session, Breach, public_id, lock=True)
    if breach.closed_at is not None:
        raise Problem(BREACH_CLOSED, field="")
    return breach


def _written(affected: Collection[Affected]) -> list[str]:
    return [str(line) for line in Affected if line in affected]


def open_breach(
    by: ActorLike,
    *,
    what: str,
    affected: Collection[Affected],
    noticed_at: datetime,
    public_id: str = "",
) -> str:
    """Begin an entry; answers its public id. The clock runs from `noticed_at`.

    With `public_id`, the id that its form was opened with, sending twice begins one. Raises
    Problem.
    """
    public_id = public_id or new_public_id()
    begin = partial(_begin, by, public_id, what, affected, noticed_at)
    try:
        begin()
    except IntegrityError:
        # Both were sent at once: the entry of the other one is there by now, and is found.
        begin()
    return public_id


def _begin(
    by: ActorLike, public_id: str, what: str, affected: Collection[Affected], noticed_at: datetime
) -> None:
    with audited("accounts.breach_opened", by) as change:
        if change.session.scalar(select(Breach.id).where(Breach.public_id == public_id)):
            change.nothing()
            return
        if noticed_at > change.now:
            raise later_than_now(field="noticed_at")
        change.session.add(
            Breach(
                public_id=public_id,
                what_sealed=seal(what, kind="breach.what", public_id=public_id),
                affected=_written(affected),
                noticed_at=noticed_at,
                opened_at=change.now,
                opened_by=by.public_id,
            )
        )
        change.about(public_id)


def change_breach(
    by: ActorLike,
    public_id: str,
    *,
    what: str,
    affected: Collection[Affected],
    version: int | None = None,
) -> None:
    """Write anew what happened and what was affected. `version` is that of the texts that the page
    showed (`breach_version`). Raises NotFound, Problem and ChangedMeanwhile."""
    with audited("accounts.breach_changed", by) as change:
        breach = _open(change.session, public_id)
        if version is not None and version != breach_version(breach):
            raise ChangedMeanwhile
        breach.what_sealed = seal(what, kind="breach.what", public_id=public_id)
        breach.affected = _written(affected)
        change.about(public_id)


def add_breach_note(by: ActorLike, public_id: str, text: str, note_id: str = "") -> None:
    """Add a line that nobody changes afterwards. With `note_id`, the id that its form was opened
    with, sending twice adds one. Raises NotFound and Problem."""
    note_id = note_id or new_public_id()
    with audited("accounts.breach_noted", by) as change:
        breach = _open(change.session, public_id)
        if change.session.scalar(select(BreachNote.id).where(BreachNote.public_id == note_id)):
            change.nothing()
            return
        change.session.add(
            BreachNote(
                public_id=note_id,
                breach_id=breach.id,
                text_sealed=seal(text, kind="breach.note", public_id=note_id),
                at=change.now,
                by=by.public_id,
            )
        )
        change.about(public_id, note_id)


def record_notice(by: ActorLike, public_id: str, notified_at: datetime) -> None:
    """Say when the Data Commissioner was told; the clock stops there.

    Raises NotFound and Problem.
    """
    with audited("accounts.breach_notified", by) as change:
        breach = _open(change.session, public_id)
        if breach.notified_at is not None:
            raise Problem(NOTICE_GIVEN, field="notified_at")
        if notified_at > change.now:
            raise later_than_now(field="notified_at")
        # What is typed has no seconds.
        if notified_at < breach.noticed_at.replace(second=0, microsecond=0):
            raise Problem(_l("This is before it was noticed."), field="notified_at", status=422)
        breach.notified_at = notified_at
        breach.notified_by = by.public_id
        change.about(public_id)


def close_breach(by: ActorLike, public_id: str, reason: str) -> None:
    """Close an entry for good, with the reason. Raises NotFound and Problem."""
    with audited("accounts.breach_closed", by) as change:
        breach = _open(change.session, public_id)
        breach.reason_sealed = seal(reason, kind="breach.reason", public_id=public_id)
        breach.closed_at = change.now
        breach.closed_by = by.public_id
        change.about(public_id)
