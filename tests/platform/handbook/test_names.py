"""What the handbook calls pages and buttons is what the interface calls them, in both languages."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from markdown_it.token import Token

from kash.platform.handbook.places import CHAPTERS
from kash.platform.handbook.views import read_chapter

ROOT = Path(__file__).resolve().parents[3]
# What varies in a text of the interface, and where the beginning of one may end.
_VARIES = re.compile(r"%\(\w+\)[sd]|\d+")
_ENDS = re.compile(r"\s*[?,:;.(…“\"]|$")


def plain(words: str) -> str:
    """Words as they are compared, without case; what varies is one sign."""
    return _VARIES.sub("…", " ".join(words.split())).replace("’", "'").casefold()


@cache
def interface(language: str) -> frozenset[str]:
    """All texts of the interface in a language, and their beginnings up to a sign: of `Same person:
    open` also `Same person`."""
    path = ROOT / "translations/sw/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    texts: set[str] = set()
    for message in catalogue:
        text = message.id if language == "en" else message.string
        texts.update(map(plain, text if isinstance(text, list | tuple) else [text]))
    return frozenset(text[: end.start()] for text in texts for end in _ENDS.finditer(text))


def names(tokens: list[Token]) -> list[str]:
    """Bold words, which are names of pages and buttons, but for what ends in a colon."""
    found = []
    for inline in tokens:
        bold: list[str] | None = None
        for child in inline.children or ():
            if child.type == "strong_open":
                bold = []
            elif child.type == "strong_close" and bold is not None:
                found.append("".join(bold))
                bold = None
            elif bold is not None:
                bold.append(child.content)
    return [name for name in found if not name.endswith(":")]


def is_one(name: str, language: str) -> bool:
    """True if each page or button of `Settings → Holidays` is called so."""
    parts = re.split(" → ", plain(name.rstrip(".…")))
    return all(part.rstrip(".…").strip() in interface(language) for part in parts)


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("chapter", [chapter.name for chapter in CHAPTERS])
def test_pages_and_buttons_are_called_what_they_are_called(chapter, language):
    text = read_chapter(ROOT / "docs", chapter, language)
    assert {name for name in names(list(text.tokens)) if not is_one(name, language)} == set()
