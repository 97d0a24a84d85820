"""Chapters as they are read: whole, safe, and alike in both languages."""

import re
from pathlib import Path

import pytest
from markdown_it.token import Token

from kash.platform.handbook.places import CHAPTERS
from kash.platform.handbook.views import (
    UNREAD,
    ChapterText,
    headings,
    read_chapter,
    rendered,
    section_of,
    slug,
)
from kash.platform.web import NotFound

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = [chapter.name for chapter in CHAPTERS]
TRANSLATED = [name for name in NAMES if (DOCS / "sw" / f"{name}.md").is_file()]
# For whoever runs the machine or the code: no chapters of the handbook.
NO_CHAPTERS = {"operator", "going-live", "architecture"}
BLOCKS = {"heading_open", "paragraph_open", "list_item_open", "tr_open", "th_open", "td_open"}


def shape(text: ChapterText) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(heading, its blocks)]: what a chapter is made of, without its words."""
    parts: list[tuple[str, list[tuple[str, str]]]] = [(text.title, [])]
    for mark, inside in zip(text.tokens, [*text.tokens[1:], None], strict=True):
        if mark.type == "heading_open" and inside is not None:
            parts.append((inside.content, [(mark.tag, "")]))
        elif mark.type in BLOCKS:
            parts[-1][1].append((mark.type, ""))
    return parts


def links(tokens: list[Token]) -> list[str]:
    return [
        str(inside.attrGet("href"))
        for token in tokens
        for inside in token.children or ()
        if inside.type == "link_open"
    ]


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translated_chapter_has_all_that_the_english_one_has(name):
    """A heading, paragraph, point or row that only one language has names its section."""
    english, other = read_chapter(DOCS, name, "en"), read_chapter(DOCS, name, "sw")
    assert other.language == "sw"
    assert [(one.level, one.anchor) for one in other.headings] == [
        (one.level, one.anchor) for one in english.headings
    ]
    differing = [
        (said, there)
        for (said, blocks), (there, others) in zip(shape(english), shape(other), strict=True)
        if blocks != others
    ]
    assert differing == []
    assert sorted(links(list(other.tokens))) == sorted(links(list(english.tokens)))


def test_a_translation_says_that_nobody_has_read_it_until_somebody_has():
    reviewed = (DOCS.parent / "translations/REVIEWED.md").read_text(encoding="utf-8")
    unread = "Kiswahili: not yet read by a speaker" in reviewed
    assert {read_chapter(DOCS, name, "sw").unread for name in TRANSLATED} == {unread}


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_chapter_leads_to_what_there_is(name, language):
    wrong = []
    for href in links(list(read_chapter(DOCS, name, language).tokens)):
        file, _, heading = href.partition("#")
        other = file.removesuffix(".md") or name
        if other in NO_CHAPTERS and file.endswith(".md"):
            continue
        if other not in NAMES or (heading and heading not in headings(DOCS, other)):
            wrong.append(href)
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_no_two_headings_of_a_chapter_are_called_alike(name):
    english = read_chapter(DOCS, name, "en")
    assert english.title
    assert len(headings(DOCS, name)) == len(english.headings)


def write(folder: Path, text: str, language: str = "en", name: str = "tale") -> ChapterText:
    place = folder if language == "en" else folder / language
    place.mkdir(exist_ok=True)
    (place / f"{name}.md").write_text(text, encoding="utf-8")
    return read_chapter(folder, name, language)


def test_a_chapter_that_is_not_translated_comes_in_english(tmp_path):
    write(tmp_path, "# A tale\n\nOnce.\n")
    found = read_chapter(tmp_path, "tale", "sw")
    assert (found.title, found.language, found.unread) == ("A tale", "en", False)


def test_a_heading_has_one_anchor_in_every_language(tmp_path):
    write(tmp_path, "# A tale\n\n## It's so\n\n### Then\n\n## `End`\n")
    other = write(tmp_path, f"{UNREAD}# Hadithi\n\n## Ni hivyo\n\n### Kisha\n\n## Mwisho\n", "sw")
    assert {key: one.anchor for key, one in headings(tmp_path, "tale").items()} == {
        "its-so": "s1",
        "then": "s2",
        "end": "s3",
    }
    assert [one.anchor for one in other.headings] == ["s1", "s2", "s3"]
    assert (other.title, other.unread) == ("Hadithi", True)
    assert 'id="s2"' in rendered(other, lambda *_: None)
    assert slug("How hours are counted") == "how-hours-are-counted"


def test_a_section_is_a_page_of_its_own(tmp_path):
    text = write(tmp_path, "# A tale\n\nOnce.\n\n## One\n\nA.\n\n### Then\n\nB.\n\n## Two\n\nC.\n")
    said = {number: section_of(text, number) for number in range(3)}
    assert [part.title for part in said.values()] == ["A tale", "One", "Two"]
    assert [rendered(part, lambda *_: None).splitlines() for part in said.values()] == [
        ["<p>Once.</p>"],
        ["<p>A.</p>", '<h2 id="s2">Then</h2>', "<p>B.</p>"],
        ["<p>C.</p>"],
    ]
    assert [(one.words, one.section) for one in text.headings] == [
        ("One", 1),
        ("Then", 1),
        ("Two", 2),
    ]
    with pytest.raises(NotFound):
        section_of(text, 3)


def test_nothing_in_a_chapter_becomes_code_of_the_page(tmp_path):
    said = rendered(
        write(
            tmp_path, '# T\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick="x">'
        ),
        lambda *_: None,
    )
    assert re.findall(r"<\w+", said) == ["<p", "<p"]


def test_a_link_that_its_reader_may_not_follow_leaves_its_words(tmp_path):
    text = write(
        tmp_path,
        "# T\n\nSee [the **one**](one.md#some-where), [other](two.md), [here](#down)"
        " and [away](https://example.org/).\n\n## Down\n",
    )
    asked = []

    def address(name: str, heading: str) -> str | None:
        asked.append((name, heading))
        return None if name == "two" else f"/to/{name}#{heading}"

    assert rendered(text, address).splitlines()[0] == (
        '<p>See <a href="/to/one#some-where">the <strong>one</strong></a>, other, '
        '<a href="/to/#down">here</a> and away.</p>'
    )
    assert asked == [("one", "some-where"), ("two", ""), ("", "down")]


def test_a_wide_table_moves_by_itself(tmp_path):
    said = rendered(write(tmp_path, "# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"), lambda *_: None)
    assert said.count('<div class="scroll" tabindex="0"><table>') == 1
    assert said.count("</table></div>") == 1


# What a reader learns in an hour, and the longest of its pages.
MOST_WORDS = {
    "trainer": 5000,
    "documentation-officer": 3000,
    "custodian": 1000,
    "director": 3000,
    "administrator": 3000,
    "peer-educator": 3000,
    "monitoring": 3000,
}
MOST_ON_A_PAGE = 600


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("name", MOST_WORDS)
def test_a_chapter_is_short_enough_to_be_read(name, language):
    path = DOCS / ("" if language == "en" else language) / f"{name}.md"
    source = path.read_text("utf-8").removeprefix(UNREAD)
    assert len(source.split()) <= MOST_WORDS[name]
    sections = {part.partition("\n")[0]: len(part.split()) for part in source.split("\n## ")}
    assert {title: count for title, count in sections.items() if count > MOST_ON_A_PAGE} == {}


MOST_BYTES = 40_000


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_page_of_the_trainer_has_a_light_picture_with_words_beside_it(language):
    text = read_chapter(DOCS, "trainer", language)
    static = DOCS.parent / "static"
    missing = []
    for number, title in ((one.section, one.words) for one in text.headings if one.level == 2):
        pictures = [
            child
            for token in section_of(text, number).tokens
            for child in token.children or ()
            if child.type == "image"
        ]
        paths = [static / str(one.attrGet("src")).rpartition("static/")[2] for one in pictures]
        light = [path.is_file() and path.stat().st_size <= MOST_BYTES for path in paths]
        if light != [True] or not pictures[0].content:
            missing.append(title)
    assert missing == []


def test_a_picture_comes_from_the_static_files(app, tmp_path):
    with app.test_request_context():
        said = rendered(
            write(tmp_path, "# T\n\n![Page](../static/handbook/today.png)\n"), lambda *_: None
        )
    src = re.search(r'src="([^"?]+)', said)
    assert src is not None
    assert src[1].startswith("/static/")
    assert src[1].endswith("handbook/today.png")
    assert 'alt="Page"' in said
