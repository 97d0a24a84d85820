"""Signed sheets come back as photos: found by their code, kept sealed, entered beside them."""

import io
import random
import subprocess

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from kash.attendance.models import Sheet, SheetScan
from kash.attendance.scans import delete_orphans, pages_of, sheet_of
from kash.platform import storage
from kash.platform.cleaning import CannotClean
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.workshops.views import scans as scans_views
from tests.workshops.conftest import Held
from tests.workshops.test_views import all_present, fields, marks, sessions, text_of, url


def photo(picture: Image.Image, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=80)
    return out.getvalue()


@pytest.fixture
def site(held, client_for):
    return client_for(held.trainer)


@pytest.fixture
def printed(held, site, tmp_path):
    """The two sheets of the first day, as a scanner sees them."""
    answer = site.post(url(held, "documents", "register"), data={"day": "2026-11-17"})
    (tmp_path / "sheets.pdf").write_bytes(answer.get_data())
    subprocess.run(
        ["pdftoppm", "-png", "-r", "110", str(tmp_path / "sheets.pdf"), str(tmp_path / "page")],
        check=True,
    )
    return [Image.open(path).convert("RGB") for path in sorted(tmp_path.glob("page*.png"))]


def distorted(picture: Image.Image) -> dict[str, Image.Image]:
    """As phones bring it: turned, tilted, small, large and with a grain, in weak light."""
    noise = random.Random(7)
    grain = Image.effect_noise(picture.size, 45).convert("RGB")
    weak = Image.blend(picture, Image.new("RGB", picture.size, (90, 80, 60)), 0.5)
    share = noise.uniform(0.18, 0.22)
    return {
        "turned by a quarter": picture.rotate(90, expand=True),
        "upside down": picture.rotate(180, expand=True),
        "tilted": picture.rotate(11, expand=True, fillcolor=(60, 50, 40)),
        "small": picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)),
        "large": picture.resize((picture.width * 2, picture.height * 2)),
        "grainy in weak light": Image.blend(weak, grain, share),
    }


def test_the_code_is_read_however_a_phone_holds_the_sheet(printed):
    wanted = [row.public_id for row in db.session.query(Sheet).order_by(Sheet.number)]
    for name, picture in distorted(printed[1]).items():
        (page,) = pages_of(photo(picture))
        assert sheet_of(page) == wanted[1], name
        if name in ("turned by a quarter", "upside down"):
            # What is kept stands upright.
            assert page.width > page.height
    both = io.BytesIO()
    printed[0].save(both, "PDF", save_all=True, append_images=printed[1:], resolution=110)
    assert [sheet_of(page) for page in pages_of(both.getvalue())] == wanted
    for nothing in (b"%PDF-1.7 nothing", b"GIF89a", b"", b"\xff\xd8\xff broken"):
        with pytest.raises(CannotClean):
            pages_of(nothing)


def upload(site: FlaskClient, held: Held, *files: bytes) -> str:
    answer = site.post(
        url(held, "sheets"),
        data={"scans": [(io.BytesIO(one), "photo.jpg") for one in files]},
        content_type="multipart/form-data",
    )
    assert answer.status_code in (303, 422)
    return text_of(answer if answer.status_code == 422 else site.get(answer.location))


def test_a_photo_finds_its_sheet_and_is_entered_beside_it(held, site, printed, client_for):
    first, second = db.session.query(Sheet).order_by(Sheet.number)
    at = url(held, "sheets", second.public_id)
    assert "No picture of this sheet" in text_of(site.get(at))
    blank = photo(Image.new("RGB", (300, 200), "white"))
    shown = upload(site, held, photo(printed[1]), blank)
    assert "Pages kept: 2. Sheets found: 1." in shown
    assert "Which sheet is this?" in shown
    scans = db.session.query(SheetScan).order_by(SheetScan.id).all()
    assert [(one.sheet_id, one.found_by) for one in scans] == [(second.id, "code"), (None, "")]
    kept = {found.key: storage.get(found.key) for found in storage.list("scans")}
    assert len(kept) == 2
    assert not any(b"\xff\xd8\xff" in content[:200] for content in kept.values())
    picture = site.get(url(held, "scans", scans[0].public_id))
    assert picture.mimetype == "image/jpeg"
    assert Image.open(io.BytesIO(picture.get_data())).size == (scans[0].width, scans[0].height)
    # Names of the other group never stand beside a sheet.
    page = site.get(at)
    assert "Zawadi Sampuli" in text_of(page)
    assert "Baraka Sampuli" not in text_of(page)
    sent = fields(page)
    assert not any(name.startswith("tick-") for name in sent)
    ticked = sent | {"tick-0-0": "on", "tick-1-1": "on", "written_in": "2"}
    assert site.post(at, data=ticked | {"written_in": "many"}).status_code == 422
    assert site.post(at, data=ticked).location == url(held, "sheets")
    assert marks(held) == [("present", 1), ("present", 1)]
    assert site.post(at, data=ticked).status_code == 422
    assert fields(site.get(at)) | {"csrf_token": ""} == ticked | {
        "row_version": "1",
        "csrf_token": "",
    }
    # By hand, and away again.
    by_hand = url(held, "scans", scans[1].public_id)
    assert site.post(f"{by_hand}/match", data={"sheet": "x"}).status_code == 200
    chosen = site.post(f"{by_hand}/match", data={"sheet": first.public_id})
    assert chosen.location == url(held, "sheets", first.public_id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    told = [held.register, scans[1].public_id, first.public_id]
    assert (entry.action, entry.subjects) == ("attendance.scan_matched", told)
    assert site.post(f"{by_hand}/remove").status_code == 303
    assert [found.key for found in storage.list("scans")] == [
        f"scans/{held.register}/{scans[0].public_id}"
    ]
    assert site.get(by_hand).status_code == 404
    again = site.post(f"{at}/print")
    assert again.get_data().startswith(b"%PDF-")
    assert db.session.query(Sheet).count() == 2


def test_a_page_of_another_workshop_and_what_is_no_picture_are_not_kept(
    held, site, printed, plan, monkeypatch
):
    other = plan(by=held.trainer)
    assert "Pages that belong to another workshop: 1." in upload(site, other, photo(printed[0]))
    assert "File 2 could not be read." in upload(site, held, photo(printed[0]), b"no picture")
    assert "Choose a photo or a scan first." in upload(site, held)
    monkeypatch.setattr(scans_views, "MOST_FILES", 1)
    two = photo(printed[0]), photo(printed[1])
    assert "Only the first 1 were read." in upload(site, other, *two)
    assert db.session.query(SheetScan).count() == 0
    assert list(storage.list("scans")) == []
    storage.put("scans/x/0000000000000000", b"left by a kill")
    delete_orphans()
    # It may still be on its way.
    assert [found.key for found in storage.list("scans")] == ["scans/x/0000000000000000"]


def test_a_difference_is_settled_by_a_mark_or_by_a_reason(held, site, client_for):
    site.post(url(held, "documents", "register"), data={"day": "2026-11-17"})
    sheet = db.session.query(Sheet).order_by(Sheet.number.desc()).first()
    session = sessions(held)[0]
    at = url(held, "attendance", session)
    for letter in "AB":
        site.post(at, data=all_present(site.get(f"{at}?group={letter}")))
    page = url(held, "sheets", sheet.public_id)
    site.post(page, data=fields(site.get(page)) | {"tick-0-0": "on"})
    shown = text_of(site.get(url(held, "attendance", "counts")))
    assert "Open: 1" in shown
    assert "Zawadi Sampuli Not signed on paper; the mark is: present." in shown
    entry = sheet.rows[1]
    settle = f"{at}/{entry}/settle/paper"
    assert site.get(f"{at}/{sheet.rows[0]}/settle/paper").status_code == 404
    form = fields(site.get(settle))
    assert site.post(settle, data=form | {"reason": ""}).status_code == 422
    site.post(settle, data=form | {"reason": "Left before the sheet came round."})
    shown = text_of(site.get(url(held, "attendance", "counts")))
    assert "Open: 0" in shown
    assert "Settled Left before the sheet came round." in shown
    site.post(
        settle, data=fields(site.get(settle)) | {"become": "absent", "reason": "Was not there."}
    )
    assert marks(held) == [("absent", 2), ("present", 1), ("present", 1)]
    assert "Settled" not in text_of(site.get(url(held, "attendance", "counts"))).split("Counted")[1]
