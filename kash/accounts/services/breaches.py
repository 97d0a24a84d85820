"""The breach register: entries are opened, written on, and closed with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.models import Breach, BreachNote
from kash.accounts.queries.safety import breach_version
from kash.accounts.rules import Affected
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, audited, seal
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404

BREACH_CLOSED = _l("This entry is closed. Open a new one if something else came up.")


NOTICE_GIVEN = _l("The notice was recorded already.")


later_than_now = partial(
    Problem, _l("This has not come yet. Enter a time that is past."), status=422
)


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
    showed (`breach_version`). Raises NotFound, BreachClosed and ChangedMeanwhile."""
    with audited("accounts.breach_changed", by) as change:
        breach = _open(change.session, public_id)
        if version is not None and version != breach_version(breach):
            raise ChangedMeanwhile
        breach.what_sealed = seal(what, kind="breach.what", public_id=public_id)
        breach.affected = _written(affected)
        change.about(public_id)


def add_breach_note(by: ActorLike, public_id: str, text: str, note_id: str = "") -> None:
    """Add a line that nobody changes afterwards. With `note_id`, the id that its form was opened
    with, sending twice adds one. Raises NotFound and BreachClosed."""
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

    Raises NotFound, BreachClosed, NoticeGiven, Problem.
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
    """Close an entry for good, with the reason. Raises NotFound and BreachClosed."""
    with audited("accounts.breach_closed", by) as change:
        breach = _open(change.session, public_id)
        breach.reason_sealed = seal(reason, kind="breach.reason", public_id=public_id)
        breach.closed_at = change.now
        breach.closed_by = by.public_id
        change.about(public_id)
