"""Renewals: after a refresher, or by decision. The earlier certificate keeps its days and stays in
the history of the new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.attendance.services.closing import check_registers_closed
from kash.certificates.approval import APPROVAL
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.history import has_successor
from kash.certificates.queries.issuing import candidates, current_rule
from kash.certificates.queries.renewals import renewals_here
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor
from kash.tracks.queries.certifying import RenewalJudgement
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop


class NothingToRenew(Problem):
    """Nobody was chosen, or somebody else was faster."""

    status = 409
    sentence = _l("Nobody was chosen whose certificate can be renewed now. Choose from the list.")


class NamesUnconfirmed(Problem):
    """A name that would be printed was never confirmed, or may not be printed."""

    status = 409
    sentence = _l(
        "The printed name of somebody chosen is not confirmed, or may not be printed. "
        "Confirm it first, or leave that person out."
    )


def propose_renewals(
    workshop: Workshop, chosen: Collection[str], today: date, by: Actor, *, reason: str = ""
) -> str:
    """Propose renewals of the chosen certificates, by public id; the public id of the batch.

    With a `reason` they are renewed by decision, and are certificates of this workshop itself;
    without one their holders did what their track asks for that, or attended this workshop as a
    refresher. Each keeps title and hours of what is renewed. Raises NothingToRenew,
    NamesUnconfirmed, RegistersOpen.
    """
    with audited("certificates.renewals_proposed", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        if not reason:
            check_registers_closed(locked.register_id, session)
        here = renewals_here(locked, candidates(locked, session), today, session)
        offered = here.by_decision if reason else here.ready
        renewed = [one for one in offered if one.public_id in chosen]
        rule = current_rule(session)
        if rule is None or not renewed:
            raise NothingToRenew
        if not all(_may_be_printed(one, must=rule.name_must_be_confirmed) for one in renewed):
            raise NamesUnconfirmed
        # Whoever else renews one of them, from another workshop, waits here.
        ids = [one.id for one in renewed]
        session.execute(
            select(Certificate.id)
            .where(Certificate.id.in_(ids))
            .order_by(Certificate.id)
            .with_for_update()
        )
        faster = select(Certificate.id).where(Certificate.id.in_(ids), has_successor())
        if session.scalars(faster.limit(1)).first() is not None:
            raise NothingToRenew
        batch: CertificateBatch = APPROVAL.propose(
            change,
            by,
            workshop_id=locked.id,
            rule_id=rule.id,
            design_version_id=renewed[0].batch.design_version_id,
            kind="renewal",
            reason=reason,
        )
        session.add_all(
            Certificate(
                batch_id=batch.id,
                person_id=one.person_id,
                version_id=_version(one, here.judged.get(one.id)),
                printed_name=one.person.name_for_paper,
                public_title=one.public_title,
                minutes=one.minutes,
                renews_id=one.id,
            )
            for one in renewed
        )
        change.about(locked.public_id)
        return batch.public_id


def _version(renewed: Certificate, judged: RenewalJudgement | None) -> int | None:
    """The version of a track by which a renewal is earned: of what its holder did, if that renews
    it, else as before."""
    return judged.version if judged is not None and judged.renews else renewed.version_id


def _may_be_printed(one: Certificate, *, must: bool) -> bool:
    confirmed = one.person.printed_name_confirmed_at is not None
    return one.person.prints_name and (confirmed or not must)
