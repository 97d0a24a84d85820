"""The handbook's pages: the way to them, who reads which, and what stays in a browser's history."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kash.platform.handbook import views
from kash.platform.handbook.places import CHAPTERS, readable
from kash.policy import Role

Browser = Callable[..., FlaskClient]
LINK = re.compile(
    r'<a class="me help-link" href="(/handbook/[^"]*)" target="_blank" rel="noopener"'
)


def way(browser: FlaskClient, page: str) -> list[str]:
    answer = browser.get(page)
    assert answer.status_code == 200, page
    return LINK.findall(answer.text)


def main(page: str) -> str:
    """What a page says, without its frame."""
    return page.partition("<main")[2].partition("</main>")[0]


def test_each_page_leads_to_what_tells_about_it(client, sign_in):
    trainer = sign_in("trainer")
    for page in ("/", "/workshops", "/people/new", "/account", "/certificates/", "/search"):
        (found,) = way(trainer, page)
        section = trainer.get(found)
        assert section.status_code == 200
        assert f'id="{found.partition("#")[2]}"' in section.text or "#" not in found
    # Pages before anybody has signed in have a frame of their own.
    (found,) = way(client, "/sign-in")
    assert "<h1>" in client.get(found).text
    (found,) = way(client, "/verify")
    assert client.get(found).status_code == 200


def test_a_page_that_leaves_no_trace_leads_to_the_chapter_and_not_into_it(sign_in):
    """Else the history of a phone would show that its owner read how one reports."""
    peer = sign_in("peer")
    for page in ("/w/r", "/w/h"):
        assert way(peer, page) == ["/handbook/c"]
    assert way(peer, "/workshops") == ["/handbook/c/4"]


@pytest.mark.parametrize("role", list(Role))
def test_a_chapter_for_others_answers_as_if_it_were_not_there(role, sign_in):
    browser = sign_in(str(role))
    answers = {chapter.name: browser.get(f"/handbook/{chapter.code}") for chapter in CHAPTERS}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        chapter.name: 200 if readable(chapter, [role]) else 404 for chapter in CHAPTERS
    }
    gone = browser.get("/handbook/zz")
    assert {main(answer.text) for answer in answers.values() if answer.status_code == 404} <= {
        main(gone.text)
    }
    contents = browser.get("/handbook/").text
    shown = set(re.findall(r'href="/handbook/(?:open/)?(\w)"', contents))
    assert shown == {chapter.code for chapter in CHAPTERS if readable(chapter, [role])}
    # Nor does any link in a chapter lead to one.
    for answer in answers.values():
        for href in re.findall(r'href="(/handbook/[^"]*)"', answer.text):
            assert browser.get(href).status_code == 200


def test_a_police_account_is_never_led_to_what_officers_do(sign_in):
    police = sign_in("police_peer")
    for chapter in CHAPTERS:
        page = police.get(f"/handbook/{chapter.code}").text
        assert not re.search(r'href="/handbook/[hno]["/]', page)


def test_whoever_is_not_signed_in_reads_only_what_is_for_everybody(client):
    answers = {
        chapter.name: client.get(f"/handbook/open/{chapter.code}").status_code
        for chapter in CHAPTERS
    }
    assert answers == {chapter.name: 200 if chapter.public else 404 for chapter in CHAPTERS}
    for address in ("/handbook/", "/handbook/a", "/handbook/h"):
        assert client.get(address).status_code == 303


def test_title_and_address_name_no_chapter(app, sign_in):
    officer = sign_in("documentation")
    titles = {
        re.search(r"<title>.*?</title>", officer.get(f"/handbook/{chapter.code}").text)[0]  # type: ignore[index]
        for chapter in CHAPTERS
    }
    assert len(titles) == 1
    assert all(len(chapter.code) == 1 for chapter in CHAPTERS)


def test_a_chapter_says_in_kiswahili_that_it_is_in_english_so_far(
    app, sign_in, tmp_path, monkeypatch
):
    (tmp_path / "sw").mkdir()
    for chapter in CHAPTERS:
        (tmp_path / f"{chapter.name}.md").write_text("# In English\n\n## One\n\nWords.\n")
    (tmp_path / "sw" / "privacy.md").write_text(
        "<!-- NOT YET READ BY A SPEAKER -->\n# Kwa Kiswahili\n\n## Moja\n\nManeno.\n"
    )
    monkeypatch.setitem(app.extensions, views.FOLDER, tmp_path)
    browser = sign_in("trainer", language="sw")
    english, own = browser.get("/handbook/d").text, browser.get("/handbook/k").text
    assert "Sura hii iko kwa Kiingereza tu kwa sasa." in english
    assert '<article class="handbook-text" lang="en">' in english
    assert "Sura hii iko" not in own
    assert "Hakuna mzungumzaji wa Kiswahili aliyesoma tafsiri hii" in own
    assert '<article class="handbook-text" lang="sw">' in own
    contents = browser.get("/handbook/").text
    assert contents.count('lang="en">In English</a>') == len(CHAPTERS) - 1
    assert ">Kwa Kiswahili</a>" in contents


def test_a_chapter_is_read_a_section_at_a_time_or_printed_whole(
    app, sign_in, tmp_path, monkeypatch
):
    for chapter in CHAPTERS:
        (tmp_path / f"{chapter.name}.md").write_text(
            "# Tale\n\nOnce.\n\n## One\n\nWolf. [On](#two)\n\n"
            "## Two\n\nSheep.\n\n## Three\n\nEnd.\n"
        )
    monkeypatch.setitem(app.extensions, views.FOLDER, tmp_path)
    browser = sign_in("trainer")
    contents, first, second = (
        main(browser.get(f"/handbook/d{at}").text) for at in ("", "/1", "/2")
    )
    assert ("Once." in contents, "Wolf." in contents) == (True, False)
    assert re.findall(r'href="(/handbook/d/\w+)"', contents) == [
        *(f"/handbook/d/{part}" for part in (1, 2, 3, "all"))
    ]
    assert ("Wolf." in first, "Sheep." in first) == (True, False)
    assert '<a href="/handbook/d/2">On</a>' in first
    ways = re.compile(r'rel="(\w+)" href="([^"]+)"')
    assert ways.findall(first) == [("next", "/handbook/d/2")]
    assert ways.findall(second) == [("prev", "/handbook/d/1"), ("next", "/handbook/d/3")]
    whole = main(browser.get("/handbook/d/all").text)
    assert [word in whole for word in ("Once.", "Wolf.", "Sheep.", "End.")] == [True] * 4
    assert {browser.get(f"/handbook/d/{part}").status_code for part in ("4", "-1", "x")} == {404}


def test_sections_are_found_by_their_headings_by_those_who_read_them(sign_in):
    def found(role):
        answer = sign_in(role).post("/search", data={"search": "custodians"}, follow_redirects=True)
        return re.findall(r'href="(/handbook/n/\d+)', answer.text)

    assert found("documentation") != []
    assert found("police_peer") == []


def test_the_chapters_of_docs_are_the_ones_that_are_served(app):
    assert app.extensions[views.FOLDER] == Path(__file__).resolve().parents[3] / "docs"


def test_no_page_is_missing_because_the_handbook_is(app, client, sign_in, tmp_path):
    app.extensions[views.FOLDER] = tmp_path
    try:
        assert way(client, "/sign-in") == []
        assert way(sign_in("trainer"), "/workshops") == []
    finally:
        app.extensions[views.FOLDER] = Path(__file__).resolve().parents[3] / "docs"
