"""A design is written with its picture beside it, which is drawn anew of what was typed."""

import pytest
from playwright.sync_api import Response, expect

# The page waits for a pause in typing, and the server draws by a fresh child.
PATIENCE = 60_000


@pytest.mark.browser
def test_the_picture_follows_what_is_typed_and_shows_the_longest_name(walk):
    director = walk.people["director"]
    page = director.page
    director.go("/certificates/designs/classic/edit")
    picture = page.locator("[data-preview-picture]")
    status = page.locator("[data-preview-status]")
    saved = picture.get_attribute("src") or ""
    assert saved.endswith("/preview.png")
    # With the script there is no need for a tab of its own.
    expect(page.locator("[data-show]")).to_have_count(0)

    def drawn_by(act: str) -> tuple[str, bytes]:
        """The address that the picture has after an act, and what was sent to have it drawn."""
        before = picture.get_attribute("src") or ""

        def is_drawing(answer: Response) -> bool:
            return answer.url.endswith("/classic/preview") and answer.status == 200

        with page.expect_response(is_drawing, timeout=PATIENCE) as answer:
            if act == "longest":
                page.locator("[data-preview-who] label", has_text="The longest name").click()
            else:
                page.locator("[name=heading_en]").fill(act)
        expect(picture).not_to_have_attribute("src", before, timeout=PATIENCE)
        expect(status).to_have_text("This shows what you typed.")
        return picture.get_attribute("src") or "", answer.value.request.post_data_buffer or b""

    typed, sent = drawn_by("Certificate of Courage")
    assert typed.startswith("blob:")
    assert b"Certificate of Courage" in sent
    longest, sent = drawn_by("longest")
    assert longest != typed
    assert b'name="who"\r\n\r\nlongest' in sent
    assert picture.evaluate("one => one.complete && one.naturalWidth > 1000")
    # A colour too pale to be read is refused, and the last picture stays.
    page.locator("[name=accent]").fill("#eeeeee")
    expect(status).to_have_text("It could not be drawn. Look at what is marked.", timeout=PATIENCE)
    assert picture.get_attribute("src") == longest
    assert director.troubles == []
