"""Preconditions of approving and issuing: the design leaves none of its fields empty, and all that
was proposed is still right."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.attendance.queries.registers import closed_ahead
from kash.certificates.models import Certificate, CertificateBatch, DesignVersion
from kash.certificates.queries.issuing import Candidate, candidates
from kash.certificates.queries.renewals import judged_renewals
from kash.certificates.queries.signatures import marks_at
from kash.certificates.rules.designs import DesignContent, content_from
from kash.certificates.rules.readiness import left_empty
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today
from kash.platform.web.programme import paper_wording
from kash.workshops.models import Workshop


class NamesChanged(Problem):
    """A printed name changed between proposing and issuing."""

    status = 409
    what = _l("A printed name changed since this was proposed.")
    sentence = _l("A printed name changed since this was proposed. Send it back and propose again.")


class NoLongerEligible(Problem):
    """Marks, or what else the track asks for, changed between proposing and issuing."""

    status = 409
    what = _l("What somebody in this batch did changed, and is no longer enough.")
    sentence = _l(
        "What somebody in this batch did changed, and is no longer enough. Send it back and propose"
        " again."
    )


class SessionAhead(Problem):
    """Nothing is certified of a session that has not begun."""

    status = 409
    what = _l("A session of this workshop has not begun, though its register is closed.")
    sentence = _l(
        "A session of this workshop has not begun, though its register is closed. Nothing is"
        " certified before it begins."
    )


class NameWithheld(Problem):
    """Somebody does not want her name on paper."""

    status = 409
    sentence = _l("The consent to a printed name was refused or withdrawn, so it is not printed.")


class FormerRevoked(Problem):
    """The certificate that is to be corrected or renewed was revoked since."""

    status = 409
    what = _l("The earlier certificate was revoked or replaced since this was proposed.")
    sentence = _l(
        "The earlier certificate was revoked or replaced since this was proposed. Send it back."
    )


def check_names(certificates: Iterable[Certificate]) -> None:
    """Each must be printed with the name that was proposed. Raises NameWithheld, NamesChanged."""
    for certificate in certificates:
        if not certificate.person.prints_name:
            raise NameWithheld
        if certificate.person.name_for_paper != certificate.printed_name:
            raise NamesChanged


def check_former(certificates: Iterable[Certificate]) -> None:
    """Refuse what corrects or renews a certificate that is revoked. Raises FormerRevoked."""
    for certificate in certificates:
        former = certificate.supersedes or certificate.renews
        if former is not None and former.revoked_at is not None:
            raise FormerRevoked


def check_still_eligible(session: Session, batch: CertificateBatch) -> None:
    """Names and marks of all that is not issued yet must be as they were proposed.

    A corrected certificate and a renewal stand on what was decided before: of them the name and
    the earlier certificate count, and of a renewal by a track what it asks.
    Raises the Problems above.
    """
    waiting = [one for one in batch.certificates if one.serial is None]
    check_design_complete(
        batch.design_version, batch.workshop, expires=run_out(waiting, batch.rule.months_valid)
    )
    if batch.kind != "workshop":
        check_names(waiting)
        check_former(waiting)
        if not batch.reason:
            _check_still_renewed(session, waiting)
        return
    if closed_ahead(batch.workshop.register_id, session):
        raise SessionAhead
    now: dict[int, Candidate] = {
        row.person_id: row for row in candidates(batch.workshop, session, excluding=batch)
    }
    for certificate in waiting:
        row = now.get(certificate.person_id)
        if row is not None and not row.name_may_be_printed:
            raise NameWithheld
        if row is None or row.missing:
            raise NoLongerEligible
        if row.printed_name != certificate.printed_name:
            raise NamesChanged


def _check_still_renewed(session: Session, renewals: Iterable[Certificate]) -> None:
    """All that a track asks for a renewal must still be done. Raises NoLongerEligible."""
    renewed = [one.renews for one in renewals if one.renews and one.version_id is not None]
    judged = judged_renewals(session, renewed, local_today())
    if any(one.done_on is None for one in judged.values()):
        raise NoLongerEligible


class FieldsLeftEmpty(Problem):
    """The design marks fields for which these certificates have nothing."""

    status = 409


def check_design_complete(version: DesignVersion, workshop: Workshop, *, expires: bool) -> None:
    """Raises FieldsLeftEmpty, which names the fields. `expires`: whether certificates run out."""
    content = content_from(version.content)
    lacks = left_empty(content, _filled(content, workshop, expires=expires))
    if lacks:
        names = ", ".join(lack.what for lack in lacks)
        raise FieldsLeftEmpty(
            _("The design would leave fields empty: %(names)s. Choose another one.", names=names)
        )


def _filled(content: DesignContent, workshop: Workshop, *, expires: bool) -> frozenset[str]:
    kept = paper_wording()
    programme_logo = bool(kept.logo) and "certificates" in kept.logo_on
    there = {
        "expires": expires,
        "hours": content.hours,
        "body_second": content.bilingual,
        "subheading": content.bilingual,
        "logo": programme_logo if content.logo == "programme" else bool(content.logo),
        "seal": bool(content.seal),
        "marks": content.marks and bool(marks_at(workshop, None)),
    }
    return frozenset(name for name, filled in there.items() if filled)


def run_out(certificates: Iterable[Certificate], months_valid: int | None) -> bool:
    """True if all of these run out, by the rule or as those that they correct."""
    return all(
        one.supersedes.expires_on is not None
        if one.supersedes is not None
        else months_valid is not None
        for one in certificates
    )
