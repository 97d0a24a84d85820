"""How a day of the quota begins: with what chance has spent, so that a refusal proves nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.incidents.models import FilingQuota
from kash.incidents.queries.officers import spent_in, who_may_file
from kash.incidents.rules.quota import MOST_BY_CHANCE
from kash.incidents.services.letterbox import tend_letterbox
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from tests.incidents.sent_reports import sent


@pytest.mark.any_engine
def test_each_day_begins_with_tokens_that_nobody_spent_in_the_same_circles(
    both_engines_app, a_member, actor
):
    a_member("documentation")
    peers = {actor("peer").public_id for _each in range(24)}
    days = []
    for number in range(8):
        tend_letterbox(utc_now() + timedelta(days=number))
        spent = spent_in(bytes(db.session.scalars(select(FilingQuota.body)).one()))
        assert spent is not None
        assert spent.day == local_today() + timedelta(days=number)
        assert (
            {*who_may_file(db.session())}
            == {one for circle in spent.circles for one in circle.accounts}
            > peers
        )
        db.session.rollback()
        days.append(spent)
    circles = [[circle.accounts for circle in spent.circles] for spent in days]
    assert circles == [circles[0]] * 8
    assert sorted(map(len, circles[0])) == [12, 13]
    spent_by_chance = [circle.spent for spent in days for circle in spent.circles]
    assert 0 <= min(spent_by_chance) <= max(spent_by_chance) <= MOST_BY_CHANCE
    # All alike by chance: less than once in 10^19 weeks.
    assert len(set(spent_by_chance)) > 1


@pytest.mark.any_engine
def test_who_comes_during_a_day_reports_at_once(both_engines_app, a_member, actor):
    a_member("documentation")
    tend_letterbox(utc_now())
    newcomer = actor("peer")
    sent(newcomer)
    spent = spent_in(bytes(db.session.scalars(select(FilingQuota.body)).one()))
    assert spent is not None
    (circle,) = spent.circles
    assert newcomer.public_id in circle.accounts
