"""The sample's proposal for the next quarter: workshops by need, one of them on a day that a
station asked for and on which the programme doesn't work."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from kash.demo.accounts import TRAINER
from kash.people.models import Organisation
from kash.platform.database import db
from kash.policy import Actor
from kash.quarters.queries.proposals import lines_of, proposal
from kash.quarters.rules.quarters import quarter_of
from kash.quarters.services.lines import FixedPlace, fix_as_it_is, fix_line
from kash.quarters.services.proposals import (
    PlacesWanted,
    ProposalDetails,
    add_workshops,
    make_proposal,
)

_PLACES = (16, 12, 9, 7)


def propose_a_quarter(actors: dict[str, Actor], version: str, today: date) -> str:
    """A proposal of a trainer for the quarter after this one; its public id."""
    trainer, quarter = actors[TRAINER.key], quarter_of(today).following
    details = ProposalDetails(
        max(quarter.first, today + timedelta(days=14)),
        quarter.last,
        [0, 1, 2, 3, 4],
        time(8, 30),
        time(16, 30),
        2,
        90,
    )
    made = make_proposal(details, by=trainer)
    stations = db.session.scalars(
        select(Organisation.public_id)
        .where(Organisation.kind == "station")
        .order_by(Organisation.name)
        .limit(len(_PLACES))
    ).all()
    db.session.rollback()
    places = dict(zip(stations, _PLACES, strict=False))
    add_workshops(made, PlacesWanted(version, "A", places, 5, 16, 8), by=trainer)
    lines = [one.public_id for one in lines_of(proposal(made))]
    db.session.rollback()
    saturday = details.first + timedelta(days=(5 - details.first.weekday()) % 7 + 14)
    fix_line(made, lines[-1], FixedPlace(first=saturday), 2, by=trainer)
    fix_as_it_is(made, lines[0], 3, by=trainer)
    return made
