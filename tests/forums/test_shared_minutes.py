"""Minutes that leave the forum, and the signed copy that does not."""

import io
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from kash.forums.documents import printed_minutes
from kash.forums.models import Forum, SignedCopy, content_of
from kash.forums.queries.minutes import signed_copy_of
from kash.forums.services.meetings import TermDetails, add_term
from kash.forums.services.minutes_life import withdraw
from kash.platform.database import db, utc_now
from kash.platform.storage import StorageError
from tests.forums.conftest import SHOWN
from tests.forums.test_minutes_life import Life, life

__all__ = ["life"]


def _printed(life: Life, *, to_share: bool) -> str:
    db.session.rollback()
    found = db.session.scalars(select(Forum).where(Forum.public_id == life.forum)).one()
    return str(printed_minutes(found, life.stored(), utc_now(), to_share=to_share))


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("locked", [False, True])
def test_minutes_to_share_hold_what_was_decided_and_nobody_by_name(life, locked):
    if locked:
        life.lock()
    inside, outside = _printed(life, to_share=False), _printed(life, to_share=True)
    names = [name for name in SHOWN.values() if name]
    assert [name in inside for name in names] == [True, True, True]
    assert [name in outside for name in names] == [False, False, False]
    assert "'Hall'" in inside
    assert "'Hall'" not in outside
    for said in ("Rooms were talked about.", "Book early", "Task of name"):
        assert said in outside
    assert "Three cases" not in outside


@pytest.mark.usefixtures("app")
def test_an_office_stands_beside_a_name_and_tells_nobody_whose_alias_it_is(life):
    for appears, office in (("name", "Chair"), ("alias", "Treasurer")):
        details = TermDetails(date(2020, 1, 1), office=office)
        add_term(life.forum, life.series.members[appears], details, by=life.by)
    life.lock()
    printed = _printed(life, to_share=False)
    assert "Zawadi Kielelezo (Chair)" in printed
    assert "Treasurer" not in printed
    assert "Chair" not in _printed(life, to_share=True)
    withdraw(life.forum, life.meeting, life.leaf("name", "Zawadi"), by=life.by)
    assert "Chair" not in _printed(life, to_share=False)
    assert life.sound()


def _scan(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 80), colour).save(made, "PNG")
    return made.getvalue()


@pytest.mark.any_engine
def test_a_signed_copy_is_kept_for_those_who_run_the_forum_until_it_is_removed(life, client_for):
    here = f"/forums/{life.forum}/meetings/{life.meeting}/signed"
    secretary, member = client_for(life.by), client_for(life.peer)
    assert member.get(here).status_code in (403, 404)
    nothing = secretary.post(here, data={"file": (io.BytesIO(b""), "scan.png")})
    assert nothing.status_code == 422
    wrong = secretary.post(here, data={"file": (io.BytesIO(b"MZ program"), "scan.png")})
    assert (wrong.status_code, "This kind of file is not taken." in wrong.text) == (422, True)
    kept = []
    for colour in ("white", "black"):
        sent = secretary.post(here, data={"file": (io.BytesIO(_scan(colour)), "scan.png")})
        assert sent.status_code == 303
        db.session.rollback()
        found = signed_copy_of(life.stored())
        assert found is not None
        kept.append(found.public_id)
    assert db.session.query(SignedCopy).count() == 1
    with pytest.raises(StorageError):
        content_of(kept[0])
    file = secretary.get(f"{here}/file")
    assert file.data == content_of(kept[1])
    assert member.get(f"{here}/file").status_code in (403, 404)
    assert "It is deleted for good." in secretary.get(f"{here}/remove").text
    assert secretary.post(f"{here}/remove").status_code == 303
    assert secretary.get(f"{here}/file").status_code == 404
    with pytest.raises(StorageError):
        content_of(kept[1])


@pytest.mark.any_engine
def test_minutes_of_a_meeting_to_come_have_no_copy(life, client_for):
    """Nobody signed yet, and nothing is to be shared yet."""
    here = f"/forums/{life.forum}/meetings/{life.later}"
    secretary = client_for(life.by)
    assert secretary.get(f"{here}/signed").status_code == 404
    assert secretary.get(f"{here}/minutes-to-share.pdf").status_code == 404
    paper = secretary.get(
        f"/forums/{life.forum}/meetings/{life.meeting}/minutes-to-share.pdf?language=sw"
    )
    assert paper.data.startswith(b"%PDF")
    assert "to-share" in paper.headers["Content-Disposition"]
