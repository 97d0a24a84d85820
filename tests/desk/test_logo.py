"""What is uploaded as a logo is read by its content, made small, and kept without its metadata."""

import io

import pytest
from PIL import Image

from kash.accounts.models import Programme
from kash.desk.logo import prepared_logo
from kash.platform import storage
from kash.platform.database import db
from kash.platform.web.pictures import (
    MOST_BYTES,
    DrawingRefused,
    NoPicture,
    PictureProblem,
    PictureTooLarge,
)


def _picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, kind, **more)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_it_becomes_a_small_png_without_metadata(app, kind):
    exif = Image.Exif()
    exif[0x010E] = "taken at the drop-in centre"
    made = prepared_logo(_picture(kind, exif=exif.tobytes()))
    assert b"drop-in" not in made
    with Image.open(io.BytesIO(made)) as read:
        assert (read.format, read.size, read.info.get("exif")) == ("PNG", (480, 160), None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (lambda: b"", NoPicture),
        (lambda: b"%PDF-1.7 not a picture", PictureProblem),
        (lambda: _picture()[:200], PictureProblem),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"0" * MOST_BYTES, PictureTooLarge),
        (lambda: b"<?xml version='1.0'?><SVG onload='x'/>", DrawingRefused),
        (lambda: _picture("GIF"), PictureProblem),
        # A page of one colour is a few kilobytes, and 100 megapixels once it is read.
        (lambda: _picture(size=(10_000, 10_000)), PictureTooLarge),
        (lambda: _picture(size=(9_000, 10)), PictureTooLarge),
    ],
)
def test_what_is_no_logo_is_refused(app, content, problem):
    """Drawn by the test: not by every worker that reads this module."""
    with pytest.raises(PictureProblem) as refused:
        prepared_logo(content())
    assert type(refused.value) is problem


def _kept() -> str:
    db.session.rollback()
    return str(db.session.get_one(Programme, 1).settings.get("paper", {}).get("logo", ""))


def test_uploading_another_and_removing_leaves_no_file_behind(sign_in):
    browser = sign_in("administrator")

    def send(content: bytes, name: str) -> int:
        return browser.post(
            "/settings/logo", data={"picture": (io.BytesIO(content), name)}
        ).status_code

    assert send(b"=HYPERLINK()", "logo.png") == 422
    assert send(_picture("JPEG"), "../../x.exe") == 303
    first = _kept()
    assert browser.get("/settings/logo/picture").mimetype == "image/png"
    assert send(_picture(), "logo.png") == 303
    assert [file.key for file in storage.list("programme")] == [_kept()] != [first]
    assert browser.post("/settings/logo/remove").status_code == 303
    assert (_kept(), list(storage.list("programme"))) == ("", [])
    assert browser.get("/settings/logo/picture").status_code == 404
