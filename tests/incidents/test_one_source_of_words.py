"""Phone, page, paper and leaflet read out the same words of consent, under the same version, and
promise no more than is true."""

import html
import re
from pathlib import Path

import pytest
from flask_babel import force_locale

from kash.incidents.consent_texts import VERSION, VERSIONS
from kash.incidents.documents import consent_markup, leaflet_markup, paper_markup
from kash.incidents.filing_words import ALLOWED, NOT_READ
from kash.incidents.forms.filing import NextForm
from kash.incidents.wording import LIMITS, SEVEN_DAYS
from tests.incidents.sent_reports import carried

ROOT = Path(__file__).parents[2]
# Promises that were made once and were not true.
BROKEN = (
    "Nobody can tell from them whether",
    "We ask again before we do",
    "so that nobody is known",
    "A few people at the programme can read it",
    "Only what is ticked is done",
    "Everything is off until you tick it. You can take it back later.",
)


def shown(page: str) -> str:
    """What a page or paper says, as it is read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def said(language: str) -> list[str]:
    """The title and the words of each purpose that is asked when filing."""
    words = VERSIONS[VERSION][language]
    return [
        " ".join(words[purpose][part].split())
        for purpose in ALLOWED
        for part in ("title", "words", "small_print")
        if "{" not in words[purpose][part]
    ]


@pytest.mark.parametrize("language", ["en", "sw"])
def test_phone_page_paper_and_leaflet_say_the_very_words(app, a_member, sign_in, filed, language):
    officer, phone = a_member("documentation"), sign_in("peer")
    begun = phone.post("/w/n", data={"go": "begin", "in": language}).text
    phone_page = phone.post("/w/n", data={**carried(begun), "screen": "who", "go": "next"}).text
    officer.client.post("/language", data={"language": language})
    page = officer.client.get(f"/w/{filed()}/c").text
    with app.test_request_context(), force_locale(language):
        papers = {
            "form": paper_markup(),
            "leaflet": leaflet_markup(),
            "consents": consent_markup(language),
        }
        not_read = str(NOT_READ)
    for place, text in {"phone": phone_page, "page": page, **papers}.items():
        missing = [one for one in said(language) if one not in shown(text)]
        assert missing == [], place
        assert (not_read in shown(text)) == (language == "sw"), place


def test_a_tick_keeps_the_version_of_the_words_that_stood_beside_it(app):
    with app.test_request_context():
        assert NextForm(formdata=None).wording.data == VERSION


def test_the_words_carry_the_odds_and_what_cannot_be_called_back():
    for words in VERSIONS[VERSION].values():
        told = words["forum_totals"]["small_print"]
        assert re.findall(r"\d+", told) == ["50", "73", "88"]
        assert all(len(words[one]["words"]) > 40 for one in ("court", "forum_story", "record"))
    english = VERSIONS[VERSION]["en"]
    assert "A printed number cannot be called back." in english["forum_totals"]["words"]
    assert "cannot be called back" in english["court"]["words"]
    assert "deleted after seven days" in english["record"]["words"]


@pytest.mark.parametrize("language", ["en", "sw"])
def test_form_and_leaflet_say_the_seven_days_and_the_limits(app, language):
    with app.test_request_context(), force_locale(language):
        form, leaflet = shown(paper_markup()), shown(leaflet_markup())
        assert str(SEVEN_DAYS) in form
        assert str(SEVEN_DAYS) in leaflet
        assert [str(one) for one in LIMITS if str(one) not in leaflet] == []
        for outing in ("sex work", "client", "condom", "hiv", "vvu", "incident", "vault", "kash"):
            assert outing not in leaflet.lower()


def test_the_leaflet_is_one_sheet_and_tells_nothing_in_its_name(a_member, sign_in):
    import io

    import pikepdf

    a_member("documentation")
    for language in ("en", "sw"):
        answer = sign_in("peer").get(f"/w/l.pdf?in={language}")
        assert answer.headers["Content-Disposition"].endswith("leaflet.pdf")
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            # Both sides of one sheet.
            assert len(pdf.pages) <= 2
            assert "incident" not in (str(pdf.docinfo) + str(pdf.open_metadata())).lower()


def test_no_page_or_chapter_promises_what_nothing_keeps():
    places = (
        *(ROOT / "kash/incidents").rglob("*.py"),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "translations").rglob("*.po"),
    )
    # What was read out once is kept word for word among the older versions.
    found = {
        (path.name, word)
        for path in places
        for word in BROKEN
        if word in path.read_text(encoding="utf-8")
    }
    assert found == set()
