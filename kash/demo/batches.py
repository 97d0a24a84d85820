"""Confirming names and bringing the sample's certificates on their way."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from kash.certificates.models import CertificateBatch
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services.issuing import approve, confirm_names, propose, set_rule
from kash.certificates.services.issuing_in_parts import issue
from kash.demo.accounts import DIRECTOR
from kash.demo.designs import make_designs
from kash.demo.schedule import workshops as schedule
from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Workshop

LEAST_SHARE = 80
MONTHS_VALID = 24
# Certificates are given out some days after the workshop.
_DAYS_UNTIL_ISSUED = 9


def the_workshop(public_id: str) -> Workshop:
    """A workshop by its public id."""
    return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()


def the_batch(public_id: str) -> CertificateBatch:
    """A batch by its public id."""
    return db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == public_id)
    ).one()


def set_the_rule(director: Actor) -> None:
    """Four fifths of the hours; certificates hold for two years."""
    set_rule(LEAST_SHARE, name_must_be_confirmed=True, months_valid=MONTHS_VALID, by=director)


def make_batches(actors: dict[str, Actor], workshops: list[str], today: date) -> list[str]:
    """Public ids of the batches, the issued one first."""
    director = actors[DIRECTOR.key]
    set_the_rule(director)
    batches = []
    designs = iter((make_designs(actors), "modern", "plain"))
    for sample, public_id in zip(schedule(today), workshops, strict=True):
        if not sample.certificates:
            continue
        trainer = actors[sample.lead.key]
        people = candidates(the_workshop(public_id))
        # One forgot to look at the name sheet, and so has no certificate yet.
        names = {person.person_public_id: person.printed_name for person in people[:-1]}
        confirm_names(the_workshop(public_id), names, trainer)
        design = next(designs)
        batch = propose(the_workshop(public_id), design, trainer, unasked=Unasked.PRINT).public_id
        if sample.certificates in ("approved", "issued"):
            approve(the_batch(batch), director)
        if sample.certificates == "issued":
            last_day = sample.starts_on + timedelta(days=sample.days - 1)
            issue(the_batch(batch), last_day + timedelta(days=_DAYS_UNTIL_ISSUED), trainer)
        batches.append(batch)
    return batches
