"""Fixing all that will stand on approved certificates, and asking at issuing whether it still is
so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.paper.reading import signing_lines
from kash.certificates.queries.signatures import marks_at
from kash.certificates.rules.approval import (
    ApprovedBatch,
    Paper,
    PrintedPart,
    changed_parts,
    written_parts,
)
from kash.certificates.rules.designs import DesignContent, content_from
from kash.people.models import Person
from kash.platform.vault import lookup
from kash.platform.web.errors import Problem
from kash.platform.web.language import brand
from kash.platform.web.programme import paper_wording
from kash.workshops.models import Workshop

PART_WORDS = {
    PrintedPart.NAMES: _l("names, or whose they are"),
    PrintedPart.TITLE: _l("the title"),
    PrintedPart.DAYS: _l("the days of the workshop"),
    PrintedPart.HOURS: _l("the hours"),
    PrintedPart.VALIDITY: _l("how long they hold"),
    PrintedPart.DESIGN: _l("the design, or the name of the programme"),
    PrintedPart.SIGNATORIES: _l("who signs"),
}


class ChangedSinceApproval(Problem):
    """The certificates that would be printed are not those that were approved."""

    status = 409

    def __init__(self, parts: Sequence[PrintedPart]) -> None:
        changed = ", ".join(str(PART_WORDS[part]) for part in parts)
        super().__init__(_("Since the approval this changed: %(parts)s.", parts=changed))
        self.parts = tuple(parts)


def fix_approval(session: Session, batch: CertificateBatch) -> None:
    """Within approving, once it is known who approves: keep the digests of all that is printed."""
    batch.approved = {str(part): digest for part, digest in _digests(session, batch).items()}


def check_approval(session: Session, batch: CertificateBatch) -> None:
    """Raises ChangedSinceApproval, which names the parts."""
    changed = changed_parts(batch.approved or {}, _digests(session, batch))
    if changed:
        raise ChangedSinceApproval(changed)


def _digests(session: Session, batch: CertificateBatch) -> dict[PrintedPart, str]:
    return {
        part: lookup(text, kind=f"certificates.approved.{part}")
        for part, text in written_parts(_printed(session, batch)).items()
    }


def _printed(session: Session, batch: CertificateBatch) -> ApprovedBatch:
    version = batch.design_version
    content = content_from(version.content)
    language = batch.workshop.version.language
    lines = signing_lines(content, batch.workshop, batch.approved_by, language)
    design = [version.public_id, version.content, brand(), *_pictures(batch, content)]
    return ApprovedBatch(
        papers=_papers(session, batch),
        months_valid=batch.rule.months_valid,
        design=json.dumps(design, sort_keys=True),
        signatories=[(line.name, line.role) for line in lines],
    )


def _pictures(batch: CertificateBatch, content: DesignContent) -> list[object]:
    """Pictures that are drawn and are no part of the version: the programme's logo by its key, and
    the marks of funders. Empty where neither is printed."""
    found: list[object] = []
    wording = paper_wording()
    if content.logo == "programme" and "certificates" in wording.logo_on and wording.logo:
        found.append(wording.logo)
    if content.marks:
        marks = marks_at(batch.workshop, None)[:4]
        found.extend([name, mark.public_id] for name, mark in marks)
    return found


def _papers(session: Session, batch: CertificateBatch) -> list[Paper]:
    holders = {
        row.id: row.public_id
        for row in session.execute(
            select(Certificate.id, Person.public_id)
            .join(Person, Person.id == Certificate.person_id)
            .where(Certificate.batch_id == batch.id)
        )
    }
    days = _days(session, batch)
    usual = (batch.workshop.starts_on, batch.workshop.ends_on)
    return [
        Paper(
            key=one.public_id,
            holder=holders[one.id],
            name=one.printed_name,
            title=one.public_title,
            minutes=one.minutes,
            first_day=days.get(one.id, usual)[0],
            last_day=days.get(one.id, usual)[1],
            former=str(one.supersedes_id or one.renews_id or ""),
        )
        for one in batch.certificates
    ]


def _days(session: Session, batch: CertificateBatch) -> dict[int, tuple[date, date]]:
    """The days that renewals are about: those of the first one's workshop. A query for each time
    that one was renewed before."""
    found: dict[int, tuple[date, date]] = {}
    asked = {one.id: one.renews_id for one in batch.certificates if one.renews_id is not None}
    former = aliased(Certificate)
    while asked:
        rows = session.execute(
            select(former.id, former.renews_id, Workshop.starts_on, Workshop.ends_on)
            .join(CertificateBatch, CertificateBatch.id == former.batch_id)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .where(former.id.in_(set(asked.values())))
        ).all()
        there = {row[0]: row for row in rows}
        further: dict[int, int] = {}
        for key, earlier in asked.items():
            _id, renews, starts_on, ends_on = there[earlier]
            found[key] = (starts_on, ends_on)
            if renews is not None:
                further[key] = renews
        asked = further
    return found
