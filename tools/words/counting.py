"""Words of pages, of texts and of the handbook, counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import read_po

# A sentence of more words is read twice.
LONGEST_SENTENCE = 25

_WORD = re.compile(r"[A-Za-z0-9][\w’'-]*")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|<[^>]+>|\{\{.*?\}\}")
_END_OF_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_UNSEEN = {"script", "style", "template", "option", "head"}


def words(text: str) -> int:
    """The number of words of a text; placeholders and tags are none."""
    return len(_WORD.findall(_PLACEHOLDER.sub(" ", text)))


def texts(catalogue: Path) -> list[str]:
    """Each English text of the interface once, from a catalogue of translations."""
    with catalogue.open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return [text if isinstance(text, str) else text[0] for text in ids]


def long_sentences(pieces: list[str]) -> list[tuple[int, str]]:
    """Sentences with too many words, the longest first."""
    sentences = {part for text in pieces for part in _END_OF_SENTENCE.split(text)}
    counted = ((words(sentence), " ".join(sentence.split())) for sentence in sentences)
    return sorted((one for one in counted if one[0] > LONGEST_SENTENCE), reverse=True)


def dialect(path: Path) -> dict[str, str]:
    """Words to avoid, and what to say instead, from a file of lines `word = plain words`."""
    lines = (line.partition(" = ") for line in path.read_text("utf-8").splitlines())
    return {word: plain for word, sign, plain in lines if sign and not word.startswith("#")}


def uses(pieces: list[str], avoided: dict[str, str]) -> list[tuple[int, str, str]]:
    """How often each avoided word stands in texts, the most frequent first: the number, the word,
    what to say instead."""
    whole = "\n".join(pieces)
    counted = [
        (len(re.findall(rf"\b{re.escape(word)}\b", whole, re.IGNORECASE)), word, plain)
        for word, plain in avoided.items()
    ]
    return sorted((use for use in counted if use[0]), reverse=True)


class _Main(HTMLParser):
    """Text within a page's main part, as its reader sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main" or tag in _UNSEEN:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if "main" in self.open and not _UNSEEN & set(self.open):
            self.pieces.append(data)


def words_of_page(html: str) -> int:
    """The number of words that can be read within a page's main part."""
    page = _Main()
    page.feed(html)
    return words(" ".join(page.pieces))


def pages(folder: Path) -> Iterator[tuple[int, str]]:
    """The words of each page of a folder, with the page's name."""
    for path in sorted(folder.glob("*.html")):
        yield words_of_page(path.read_text("utf-8")), path.stem
