"""New keys after somebody left: made at the next opening, and shown until they are done."""

from collections.abc import Callable

import pyotp
import pytest

from kash.accounts.members.services import members as rotation
from kash.accounts.members.services.members import remove
from kash.platform.database import db
from kash.platform.vault import file_document, membership, unfinished_rotations
from tests.conftest import AMember

Member = Callable[..., AMember]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(membership, "_BATCH", 2)
    monkeypatch.setattr(rotation.rotate, "__defaults__", (2,))


def left() -> dict[str, int]:
    db.session.rollback()
    return unfinished_rotations(db.session())


def test_whoever_opens_the_vault_next_carries_it_on(a_member):
    gone = a_member("documentation")
    her = a_member("documentation", is_open=False)
    for number in range(7):
        file_document(db.session(), "test.case", str(number).encode())
    db.session.commit()
    remove(gone.actor, gone.public_id)
    assert left() == {"case": 7}
    her.client.post("/w/v", data={"passphrase": her.passphrase, "code": pyotp.TOTP(SECRET).now()})
    assert left() == {"case": 3}
    page = her.client.get("/w/v").get_data(as_text=True)
    assert "New keys are being made" in page
    assert '<b class="num" data-left>3</b>' in page
    answer = her.client.post("/w/v/rotation", headers={"X-Requested-With": "fetch"})
    assert answer.get_json() == {"left": 0}
    assert left() == {}
    assert "New keys are being made" not in her.client.get("/w/v").get_data(as_text=True)


def test_who_waits_and_who_left_are_seen_by_as_many_questions(a_member, count_queries):
    her = a_member("documentation")
    counts = []
    for _ in range(3):
        a_member("documentation", is_open=False)
        her.client.get("/w/v/m")
        with count_queries() as seen:
            her.client.get("/w/v/m")
        counts.append(seen.count)
    assert counts[0] == counts[2]
