"""Certificates of the sample in time: one batch has run out, another soon does, one was renewed,
one was corrected, one more correction waits for its approval, and one batch is of last year."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services.issuing import approve, confirm_names, propose
from kash.certificates.services.issuing_in_parts import issue
from kash.certificates.services.reissuing import propose_correction
from kash.certificates.services.renewing import propose_renewals
from kash.demo.accounts import DIRECTOR, TRAINER
from kash.demo.batches import LEAST_SHARE, set_the_rule, the_batch, the_workshop
from kash.demo.participants import People
from kash.demo.schedule import first_workshop, second_workshop
from kash.demo.workshops import run_workshop
from kash.platform.database import db
from kash.policy import Actor

# With certificates that hold for two years, to the end of a month: those of the first batch have
# run out whatever the day, and those of the second do within 60 days.
_FIRST_ISSUED = timedelta(days=785)
_SECOND_ISSUED = timedelta(days=702)
_RENEWED = timedelta(days=12)
_CORRECTED = timedelta(days=690)


def _issued(workshop: str, names: dict[str, str], day: date, by: Actor, director: Actor) -> str:
    confirm_names(the_workshop(workshop), names, by)
    batch = propose(the_workshop(workshop), "classic", by, unasked=Unasked.PRINT).public_id
    approve(the_batch(batch), director)
    issue(the_batch(batch), day, by)
    return batch


def _certificates(batch: str) -> list[Certificate]:
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.batch_id == the_batch(batch).id)
            .order_by(Certificate.id)
        )
    )


def hold_the_second(
    actors: dict[str, Actor], people: People, courses: dict[str, str], today: date
) -> None:
    """Hold a workshop of last year, and give out its certificates."""
    sample = second_workshop(today)
    workshop = run_workshop(8, sample, actors, people, courses, today)
    names = {
        row.person_public_id: row.printed_name
        for row in candidates(the_workshop(workshop))
        if 100 * row.minutes >= LEAST_SHARE * row.total_minutes
    }
    day = sample.starts_on + timedelta(days=9)
    _issued(workshop, names, day, actors[TRAINER.key], actors[DIRECTOR.key])


def hold_the_first(
    actors: dict[str, Actor], people: People, courses: dict[str, str], today: date
) -> None:
    """Hold the programme's first workshop, and bring its certificates through their years."""
    trainer, director = actors[TRAINER.key], actors[DIRECTOR.key]
    set_the_rule(director)
    workshop = run_workshop(0, first_workshop(today), actors, people, courses, today)
    names = [
        (row.person_public_id, row.printed_name)
        for row in candidates(the_workshop(workshop))
        if 100 * row.minutes >= LEAST_SHARE * row.total_minutes
    ]
    first = _issued(workshop, dict(names[:3]), today - _FIRST_ISSUED, trainer, director)
    second = _issued(workshop, dict(names[3:]), today - _SECOND_ISSUED, trainer, director)

    renewed = propose_renewals(
        the_workshop(workshop),
        {_certificates(first)[0].public_id},
        today - _RENEWED,
        trainer,
        reason="Has trained her colleagues every month since, as her supervisor confirms.",
    )
    approve(the_batch(renewed), director)
    issue(the_batch(renewed), today - _RENEWED, trainer)

    corrected = _correction(second, 0, "Junior", trainer)
    approve(the_batch(corrected), director)
    issue(the_batch(corrected), today - _CORRECTED, trainer)
    _correction(second, 1, "Senior", trainer)


def _correction(batch: str, place: int, more: str, by: Actor) -> str:
    wrong = _certificates(batch)[place]
    return propose_correction(wrong, f"{wrong.printed_name} {more}", by)
