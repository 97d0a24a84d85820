"""Archives that were asked for, beside those that just don't belong."""

import pytest

from kash.exchange.archive.models import ArchiveRequest
from kash.exchange.archive.queries import (
    MOST_SHOWN,
    is_waiting,
    latest_requests,
    own_job,
    request_of,
    waiting_requests,
)
from kash.platform.jobs.models import Job
from kash.platform.web.errors import NotFound
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_the_newest_archives_stand_first_and_each_is_made_for_whoever_asked(actor):
    asker, other, director = actor("administrator"), actor("administrator"), actor("director")
    jobs = [row(Job) for _ in range(2)]
    kept = {"state": "approved", "proposed_by": asker.public_id}
    asked = [row(ArchiveRequest, job=jobs[0].public_id, **kept)]
    assert not is_waiting()
    asked += [row(ArchiveRequest, **(kept | {"state": "returned"})) for _ in range(MOST_SHOWN)]
    asked.append(row(ArchiveRequest, job=None, **(kept | {"state": "proposed"})))
    assert is_waiting()
    assert latest_requests() == asked[:1:-1]
    assert request_of(asked[1].public_id) == asked[1]
    with pytest.raises(NotFound):
        request_of("nowhere")
    assert (waiting_requests(director), waiting_requests(asker)) == ([asked[-1]], [])
    assert [own_job(asked[0], who) for who in (asker, other)] == [jobs[0], None]
    assert own_job(asked[-1], asker) is None
