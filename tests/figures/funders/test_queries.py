"""Which funder an account belongs to, beside ties that just don't tell it."""

from datetime import datetime, timedelta

import pytest

from kash.accounts.models import Account
from kash.figures.funders.models import FunderAccount
from kash.figures.funders.services import (
    account_of_funder,
    end_ties_of,
    funder_choices,
    funder_of,
    ties_of,
    waiting_ties,
)
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.workshops.models import Funder
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
BEFORE = NOW - timedelta(days=9)


def test_an_account_belongs_to_one_funder_by_a_tie_that_holds(actor):
    own, other, trainer = actor("funder"), actor("funder"), actor("trainer")
    paying = [row(Funder, name=name) for name in ("Zuri", "Amani", "Mwanga")]

    def tie(who: Actor, funder: int, state: str, ended: datetime | None = None) -> FunderAccount:
        account = db.session.get_one(Account, who.account_id)
        asked = {"state": state, "ended_at": ended, "proposed_by": trainer.public_id}
        return row(FunderAccount, account=account, funder=paying[funder], **asked)

    ended = tie(own, 0, "approved", BEFORE)
    returned = tie(own, 1, "returned")
    strangers = tie(other, 1, "approved")
    tied_trainer = tie(trainer, 2, "approved")
    assert (funder_of(own), funder_of(other), funder_of(trainer)) == (None, paying[1], None)
    asked = tie(own, 2, "proposed")
    assert funder_of(own) is None
    asked.state = "approved"
    db.session.flush()
    assert funder_of(own) == paying[2]
    account = db.session.get_one(Account, own.account_id)
    assert ties_of(account) == [asked, returned, ended]
    end_ties_of(db.session(), account.id, NOW)
    assert [one.ended_at for one in (ended, asked, strangers, tied_trainer)] == [
        BEFORE,
        NOW,
        None,
        None,
    ]
    assert funder_choices() == [(paying[at].public_id, paying[at].name) for at in (1, 2, 0)]
    assert account_of_funder(own.public_id) == account
    for wrong in (trainer.public_id, "nobody"):
        with pytest.raises(NotFound):
            account_of_funder(wrong)


def test_ties_wait_for_whoever_may_agree_and_did_not_ask(actor):
    director, other, trainer = actor("director"), actor("director"), actor("trainer")
    waiting = [
        row(FunderAccount, state=state, proposed_by=by.public_id)
        for state, by in (
            ("proposed", other),
            ("proposed", director),
            ("proposed", other),
            ("approved", other),
            ("returned", other),
        )
    ]
    assert waiting_ties(director) == [waiting[0], waiting[2]]
    assert waiting_ties(other) == [waiting[1]]
    assert waiting_ties(trainer) == []
