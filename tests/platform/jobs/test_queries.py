"""Work of one's own, beside that of others."""

from datetime import timedelta

import pytest

from kash.platform.jobs.models import Job
from kash.platform.jobs.services import latest_own_jobs, own_job
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_the_last_of_ones_own_of_a_kind_stand_the_newest_first():
    made = [
        row(Job, owner=owner, kind=kind, created_at=NOW + timedelta(hours=hours))
        for owner, kind, hours in (
            *(("a" * 16, "paper", hours) for hours in (3, 1, 4, 1, 5, 2)),
            ("b" * 16, "paper", 9),
            ("a" * 16, "list", 9),
        )
    ]
    assert latest_own_jobs("a" * 16, "paper", 2) == [made[4], made[2]]
    assert latest_own_jobs("a" * 16, "paper") == [made[at] for at in (4, 2, 0, 5, 3)]
    assert own_job(made[0].public_id, "a" * 16) == made[0]
    assert own_job(made[6].public_id, "a" * 16) is own_job("nowhere", "a" * 16) is None
