"""Pictures of designs: made once and kept; while many ask they come late, and never broken."""

from datetime import timedelta

import pytest

from kash.certificates import documents as design_pictures
from kash.certificates.documents import FOLDER, forget_old_pictures, made_once, turn_to_draw
from kash.certificates.queries.designs import designs
from kash.certificates.views import designs as previews
from kash.platform import storage
from kash.platform.database import utc_now

PNG = b"\x89PNG\r\n\x1a\n and what follows"


@pytest.fixture
def drawn(monkeypatch):
    """How often the press was asked for a page; nothing is set in earnest."""
    asked: list[int] = []

    def press(*_given: object, **_more: object) -> bytes:
        asked.append(1)
        return b"%PDF"

    monkeypatch.setattr(previews, "print_file", press)
    monkeypatch.setattr(previews, "page_picture", lambda _pdf, _width: PNG)
    return asked


@pytest.fixture
def browser(actor, client_for):
    return client_for(actor("director"))


@pytest.fixture
def address(app):
    """Of a design's picture."""
    with app.test_request_context():
        (first, *_more) = designs()
    return f"/certificates/designs/{first.public_id}/preview.png"


def test_a_picture_is_made_once_and_kept_sealed(app, browser, address, drawn):
    answers = [browser.get(address) for _each in range(3)]
    assert [(one.status_code, one.mimetype, one.data) for one in answers] == [
        (200, "image/png", PNG)
    ] * 3
    assert len(drawn) == 1
    browser.get(f"{address}?who=longest")
    browser.get(f"{address}?who=longest")
    assert len(drawn) == 2
    files = list(storage.list(FOLDER))
    assert len(files) == 2
    assert all(PNG not in storage.get(file.key) for file in files)


def test_while_others_are_drawn_a_picture_comes_late_and_is_not_broken(
    app, browser, address, drawn
):
    with turn_to_draw():
        late = browser.get(address)
        page = browser.get(address.removesuffix("/preview.png"))
        paper = browser.get(address.replace(".png", ".pdf"))
    assert (late.status_code, late.mimetype) == (200, "image/svg+xml")
    assert "The picture is being made." in late.text
    assert late.headers["Refresh"] == "3"
    # The page asks again by itself; without a script its reader does.
    assert page.text.count("data-late") == 2
    assert "js/late.js" in page.text
    assert paper.status_code == 503
    assert drawn == []
    assert browser.get(address).data == PNG


def test_whoever_waited_for_the_same_picture_does_not_make_it_again(app, monkeypatch):
    made: list[str] = []

    def make() -> bytes:
        made.append("made")
        return PNG

    first = [None, PNG]
    monkeypatch.setattr(design_pictures, "_kept", lambda _key: first.pop(0))
    assert made_once("the same", make) == PNG
    assert made == []


def test_what_breaks_gives_the_turn_away(app):
    def break_down() -> bytes:
        raise ValueError

    with pytest.raises(ValueError):
        made_once("broken", break_down)
    assert made_once("whole", lambda: PNG) == PNG


def test_few_pictures_are_kept_and_none_for_long(app, monkeypatch):
    monkeypatch.setattr(design_pictures, "MOST_KEPT", 3)
    for number in range(5):
        made_once(number, lambda: PNG)
    assert len(list(storage.list(FOLDER))) == 3
    later = utc_now() + timedelta(hours=25)
    monkeypatch.setattr(design_pictures, "utc_now", lambda: later)
    forget_old_pictures()
    assert list(storage.list(FOLDER)) == []
