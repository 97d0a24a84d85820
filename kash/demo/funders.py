"""The funder's account of the sample belongs to the one that figures were sent to."""

from __future__ import annotations

from sqlalchemy import select

from kash.demo.accounts import ADMINISTRATOR, DIRECTOR, FUNDER
from kash.demo.schedule import FUNDERS
from kash.funders.services import agree_to_tie, ask_to_tie
from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Funder


def tie_the_funder(actors: dict[str, Actor]) -> None:
    """The administrator asks, the director agrees."""
    account = actors[FUNDER.key].public_id
    funder = db.session.scalars(select(Funder.public_id).where(Funder.name == FUNDERS[1])).one()
    db.session.rollback()
    asked = ask_to_tie(account, funder, by=actors[ADMINISTRATOR.key])
    agree_to_tie(asked, by=actors[DIRECTOR.key])
