"""Nothing is certified of a session that has not begun."""

from datetime import timedelta

import pytest

from kash.attendance.models import Slot
from kash.certificates.queries.issuing import candidates
from kash.certificates.services.issuing import SessionAhead, approve
from kash.platform.database import db
from tests.certificates.conftest import ALL, MOST
from tests.refusals import refuses
from tests.workshops.conftest import put_ahead


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nobody_is_eligible_by_sessions_that_are_still_to_come(ready):
    ready.confirm(ALL, MOST)
    put_ahead(ready.workshop, 1, 2, 3, 4)
    assert {(row.minutes, row.total_minutes) for row in candidates(ready.workshop)} == {(0, 0)}
    with refuses("Close every register first, or remove sessions not held"):
        ready.proposed()


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_certificates_are_not_approved_or_issued_while_a_session_is_still_to_come(ready):
    ready.confirm(ALL, MOST)
    batch = ready.proposed()
    put_ahead(ready.workshop, 4)
    # Of what began both have all, and yet the workshop is not over.
    with pytest.raises(SessionAhead):
        approve(ready.batch(batch), ready.director)
    assert ready.batch(batch).state == "proposed"


def test_whoever_approves_sees_how_sessions_were_held(ready, client_for):
    ready.confirm(ALL, MOST)
    slot = db.session.query(Slot).filter_by(register_id=ready.workshop.register_id).first()
    assert slot is not None
    slot.closed_at = slot.starts_at + timedelta(minutes=20)
    db.session.commit()
    db.session.rollback()
    batch = ready.proposed()
    at = f"/workshops/{ready.held.workshop}/certificates/batches/{batch}"
    shown = client_for(ready.director).get(at).text
    assert "Sessions as they were held" in shown
    assert "Closed after 0 h 20; planned: 1 h 30." in shown
