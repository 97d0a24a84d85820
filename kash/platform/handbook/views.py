"""Chapters as pages: HTML of what `docs/` holds, in the reader's language, a page a section."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from flask import current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from kash.platform.handbook import blueprint
from kash.platform.handbook.places import (
    BY_CODE,
    BY_NAME,
    Chapter,
    hidden_headings,
    place_in_handbook,
    readable,
    readable_chapters,
)
from kash.platform.web import NotFound, current_actor
from kash.platform.web.headers import static_url
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace, traceless
from kash.platform.web.parts import Hit
from kash.policy import ANYONE, SIGNED_IN, Actor, allow

# The first line of a translation that no speaker of the language has read yet.
UNREAD = "<!-- NOT YET READ BY A SPEAKER -->\n"
USUAL_LANGUAGE = "en"


@dataclass(frozen=True)
class Heading:
    """A heading below the chapter's title; `level` is 2 or 3, and `section` the page on which it
    stands."""

    level: int
    anchor: str
    words: str
    section: int


@dataclass(frozen=True)
class ChapterText:
    """A chapter in one language. `unread` says that no speaker has read the translation."""

    title: str
    language: str
    unread: bool
    headings: Sequence[Heading]
    tokens: Sequence[Token]


def slug(words: str) -> str:
    """The name of a heading in addresses, as code hosts make it: `What's new` is `whats-new`."""
    return re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def read_chapter(folder: Path, name: str, language: str) -> ChapterText:
    """The chapter in the language, or in English where it is not translated.

    Raises FileNotFoundError if it is in neither.
    """
    translated = folder / language / f"{name}.md"
    if language == USUAL_LANGUAGE or not translated.is_file():
        language, translated = USUAL_LANGUAGE, folder / f"{name}.md"
    source = translated.read_text(encoding="utf-8")
    unread = source.startswith(UNREAD)
    tokens = _parser().parse(source.removeprefix(UNREAD))
    title = ""
    section = 0
    headings: list[Heading] = []
    for mark, inside in pairwise(tokens):
        if mark.type != "heading_open":
            continue
        words = _words(inside)
        if mark.tag == "h1":
            title = words
            continue
        anchor = f"s{len(headings) + 1}"
        mark.attrSet("id", anchor)
        section += mark.tag == "h2"
        headings.append(Heading(int(mark.tag[1]), anchor, words, section))
    body = tokens[3:] if tokens and tokens[0].tag == "h1" else tokens
    return ChapterText(title, language, unread, headings, body)


@cache
def headings(folder: Path, name: str) -> Mapping[str, Heading]:
    """{the slug of an English heading: the heading} of a chapter; anchor and section are those of
    every language."""
    english = read_chapter(folder, name, USUAL_LANGUAGE)
    return {slug(heading.words): heading for heading in english.headings}


def section_of(text: ChapterText, number: int) -> ChapterText:
    """The section of a chapter, without its own heading, which is the title; number 0 is what
    stands before the first one. Raises NotFound if the chapter has no such section."""
    starts = [
        place
        for place, token in enumerate(text.tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]
    numbers = [heading.section for heading in text.headings if heading.level == 2]
    ends = [*starts, len(text.tokens)]
    if number == 0:
        return replace(text, tokens=text.tokens[: ends[0]])
    if number not in numbers:
        raise NotFound
    place = numbers.index(number)
    # Of what stands below, headings come one level up, as the section's own is the page's.
    below = [
        token.copy(tag="h2") if token.tag == "h3" else token
        for token in text.tokens[starts[place] + 3 : ends[place + 1]]
    ]
    return replace(text, title=_words(text.tokens[starts[place] + 1]), tokens=below)


def rendered(text: ChapterText, address: Callable[[str, str], str | None]) -> Markup:
    """The chapter as HTML.

    `address` tells where a link leads, by the name of a chapter ("" for this one) and the slug of
    a heading or ""; None leaves the words and takes the link away.
    """
    renderer = _parser().renderer
    tokens = [_with_links(token, address) if token.children else token for token in text.tokens]
    html = renderer.render(tokens, _parser().options, {})
    # A wide table moves by itself, not with the page.
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    return Markup(html.replace("</table>", "</table></div>"))  # noqa: S704 - our own files, no HTML


def _with_links(inline: Token, address: Callable[[str, str], str | None]) -> Token:
    tokens: list[Token] = []
    dropped = 0
    for token in inline.children or ():
        if token.type == "image":
            picture = str(token.attrGet("src")).rpartition("static/")[2]
            tokens.append(token.copy(attrs={**token.attrs, "src": static_url(picture)}))
        elif token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), address)
            if target is None:
                dropped += 1
                continue
            tokens.append(token.copy(attrs={"href": target}))
        elif token.type == "link_close" and dropped:
            dropped -= 1
        else:
            tokens.append(token)
    return inline.copy(children=tokens)


def _target(href: str, address: Callable[[str, str], str | None]) -> str | None:
    file, _, words = href.partition("#")
    if file and not file.endswith(".md"):
        return None
    return address(file.removesuffix(".md").rpartition("/")[2], words)


def _words(inline: Token) -> str:
    return "".join(
        child.content for child in inline.children or () if child.type in ("text", "code_inline")
    )


FOLDER = "kash_handbook_folder"
WHOLE = "all"


@blueprint.get("/")
@allow(SIGNED_IN)
@leaves_no_trace
def index() -> ResponseReturnValue:
    """The chapters that this reader may read."""
    shown = [
        (url_for("handbook.chapter", code=chapter.code), _text(chapter))
        for chapter in readable_chapters(current_actor().roles)
    ]
    return render_template("handbook/index.html", chapters=shown, wanted_language=language_code())


@blueprint.get("/<code>")
@allow(SIGNED_IN)
@leaves_no_trace
def chapter(code: str) -> ResponseReturnValue:
    """The contents of a chapter; one that is for others answers as if it weren't there."""
    return _page(code, "0")


@blueprint.get("/<code>/<part>")
@allow(SIGNED_IN)
@leaves_no_trace
def section(code: str, part: str) -> ResponseReturnValue:
    """A section of a chapter by its number, or all of them to print."""
    return _page(code, part)


@blueprint.get("/open/<code>")
@allow(ANYONE)
@leaves_no_trace
def open_chapter(code: str) -> ResponseReturnValue:
    """The contents of a chapter that people who are not signed in may read as well."""
    return _page(code, "0", signed_in=False)


@blueprint.get("/open/<code>/<part>")
@allow(ANYONE)
@leaves_no_trace
def open_section(code: str, part: str) -> ResponseReturnValue:
    """A section of such a chapter."""
    return _page(code, part, signed_in=False)


def _page(code: str, part: str, *, signed_in: bool = True) -> ResponseReturnValue:
    chapter = BY_CODE.get(code)
    if chapter is None or not (chapter.public or signed_in):
        raise NotFound
    if not readable(chapter, current_actor().roles) or not (part == WHOLE or part.isdecimal()):
        raise NotFound
    whole = without(_text(chapter), hidden_anchors(chapter.name))
    text = whole if part == WHOLE else section_of(whole, int(part))
    sections = [heading for heading in whole.headings if heading.level == 2]
    numbers = [0, *(heading.section for heading in sections)]
    place = 0 if part == WHOLE else numbers.index(int(part))

    def address_of(part: int | str) -> str:
        return url_for(
            _endpoint(chapter, "section" if part else "chapter"), code=code, part=part or None
        )

    return render_template(
        "handbook/chapter.html",
        text=text,
        chapter=whole,
        sections=sections,
        part=part,
        address_of=address_of,
        before=sections[place - 2] if place > 1 else None,
        after=sections[place] if part != WHOLE and place < len(sections) else None,
        body=rendered(text, lambda name, heading: _address(name or chapter.name, heading)),
        wanted_language=language_code(),
    )


def found_in_handbook(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    """Sections of the chapters that the actor reads, by the words of their headings."""
    wanted = text.casefold().split()
    return [
        Hit(heading.words, _address_at(chapter, heading), whole.title)
        for chapter in readable_chapters(actor.roles)
        for whole in [without(_text(chapter), hidden_anchors(chapter.name))]
        for heading in whole.headings
        if all(word in heading.words.casefold() for word in wanted)
    ][:limit]


def hidden_anchors(name: str) -> set[str]:
    """The anchors of a chapter's headings about what the programme doesn't use."""
    hidden = hidden_headings(name)
    return {headings(_folder(), name)[words].anchor for words in hidden} if hidden else set()


def without(text: ChapterText, hidden: Collection[str]) -> ChapterText:
    """A chapter without these headings and what stands below them."""
    if not hidden:
        return text
    tokens, headings, below = [], [], 0
    for token in text.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            if not below or level <= below:
                below = level if token.attrGet("id") in hidden else 0
            headings += [
                one for one in text.headings if one.anchor == token.attrGet("id") and not below
            ]
        if not below:
            tokens.append(token)
    return replace(text, headings=headings, tokens=tokens)


def _folder() -> Path:
    folder: Path = current_app.extensions[FOLDER]
    return folder


def _text(chapter: Chapter) -> ChapterText:
    return read_chapter(_folder(), chapter.name, language_code())


def _endpoint(chapter: Chapter, page: str) -> str:
    """People who signed in by half, or must set up a second step first, read public ones too."""
    return f"handbook.open_{page}" if chapter.public else f"handbook.{page}"


def _address_at(chapter: Chapter, heading: Heading | None) -> str:
    if heading is None or not heading.section:
        return url_for(_endpoint(chapter, "chapter"), code=chapter.code)
    return url_for(
        _endpoint(chapter, "section"),
        code=chapter.code,
        part=heading.section,
        _anchor=heading.anchor if heading.level > 2 else None,
    )


def _address(name: str, heading: str) -> str | None:
    """The address of a chapter or section for this reader, None if she may not read it."""
    chapter = BY_NAME.get(name)
    if chapter is None or not readable(chapter, current_actor().roles):
        return None
    return _address_at(chapter, headings(_folder(), name).get(heading) if heading else None)


def address_of_this_page() -> str:
    """Where the handbook tells about the page that is asked for; "" where it tells nothing."""
    if g.get("failing") or request.endpoint is None:
        return ""
    place = place_in_handbook(request.endpoint, current_actor().roles)
    if place is None:
        return ""
    name, _, heading = place.partition("#")
    # A browser's history keeps where in a chapter one was: not of what leaves no trace.
    try:
        return _address(name, "" if traceless() else heading) or ""
    except OSError:
        # A page is not kept from anybody because the handbook was not installed with it.
        return ""
