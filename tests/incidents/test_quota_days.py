"""How a day of the quota begins: with what chance has spent, so that a refusal proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from kash.incidents.models import FilingQuota
from kash.incidents.queries.quota import spent_in, who_may_file
from kash.incidents.rules.quota import TOKENS, own_half, tokens_left
from kash.incidents.services.letterbox import tend_letterbox
from kash.platform.database import db, utc_now
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember


@pytest.mark.any_engine
def test_each_day_begins_with_tokens_of_everybody_that_nobody_spent(
    both_engines_app: APIFlask, a_member: Callable[..., AMember], actor: Callable[..., Actor]
) -> None:
    a_member("documentation")
    peers = [actor("peer").public_id for _each in range(20)]
    seen = []
    for days in (0, 1):
        tend_letterbox(utc_now() + timedelta(days=days))
        body = bytes(db.session.scalars(select(FilingQuota.body)).one())
        spent = spent_in(body, local_today() + timedelta(days=days))
        assert spent is not None
        everybody = who_may_file(db.session())
        db.session.rollback()
        assert set(peers) < set(everybody)
        left = {kind: [len(tokens_left(spent, one, kind)) for one in everybody] for kind in TOKENS}
        for kind, counts in left.items():
            assert own_half(kind) <= min(counts) <= max(counts) <= TOKENS[kind]
            # All alike by chance: less than once in 10^20 days.
            assert len(set(counts)) > 1
        seen.append(left)
    assert seen[0] != seen[1]
