"""The child that reads questions from Moodle. It is run as the cleaner's child, in its limits.

Whatever Moodle writes becomes plain text, and a question of an unknown kind is named and left out.
A document type, and with it every entity, is refused before anything is expanded.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from kash.assessments.rules.bank import (
    CODE,
    LANGUAGE,
    LINEAGE,
    MOST_QUESTIONS,
    OBJECTIVE,
    SCALE_TAG,
    BankQuestion,
    ReadBank,
    UnreadableBank,
    bank_text,
    next_key,
    true_false,
)
from kash.assessments.rules.results import SCALE_POINTS, Option, QuestionKind
from kash.platform.cleaning import child as cleaner

_MOST_ELEMENTS, _MOST_DEPTH = 100_000, 40


def read_bank(content: bytes, language: str) -> ReadBank:
    """The questions of a file. Texts without a language are in `language`.

    Raises UnreadableBank.
    """
    quiz = _parsed(content)
    if quiz.tag != "quiz":
        raise UnreadableBank("quiz")
    questions: list[BankQuestion] = []
    left_out: list[tuple[str, str]] = []
    for question in quiz.iter("question"):
        kind = question.get("type", "")
        if kind == "category":
            continue
        read = _read(question, kind, language)
        if read is None or read.flaw() is not None or read.is_too_long:
            left_out.append((_plain(_under(question, "name"))[:80], kind[:20]))
        else:
            questions.append(read)
        if len(questions) + len(left_out) > MOST_QUESTIONS:
            raise UnreadableBank("many")
    return ReadBank(tuple(questions), tuple(left_out))


def _parsed(content: bytes) -> Element:
    """The root of a document that declares no type. Raises UnreadableBank."""
    builder = TreeBuilder()
    depth, elements = 0, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > _MOST_DEPTH or elements > _MOST_ELEMENTS:
            raise UnreadableBank("many")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_declared: object) -> None:
        raise UnreadableBank("doctype")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise UnreadableBank("xml") from None
    return builder.close()


def _under(parent: Element, *names: str) -> str:
    element = parent.find("/".join((*names, "text")))
    return (element.text or "") if element is not None else ""


def _read(one: Element, kind: str, language: str) -> BankQuestion | None:
    tags = [(tag.text or "").strip() for tag in one.findall("tags/tag/text")]
    first = next((tag.removeprefix(LANGUAGE) for tag in tags if tag.startswith(LANGUAGE)), "")
    first = first if CODE.fullmatch(first) else language
    objective = next((tag.removeprefix(OBJECTIVE) for tag in tags if tag.startswith(OBJECTIVE)), "")
    lineage = (one.findtext("idnumber") or "").strip()
    texts = _languages(_under(one, "questiontext"), first)
    answers = [(_under(answer), _share(answer)) for answer in one.findall("answer")]
    options: tuple[Option, ...] = ()
    if kind == "truefalse":
        right = next((_plain(text).strip().lower() for text, share in answers if share > 0), "")
        if right not in ("true", "false"):
            return None
        read_as, options = QuestionKind.TRUE_FALSE, true_false(right == "true")
    elif kind == "multichoice" and SCALE_TAG in tags and len(answers) == SCALE_POINTS:
        read_as = QuestionKind.SCALE
    elif kind == "multichoice":
        single = (one.findtext("single") or "true").strip().lower() in ("true", "1")
        read_as = QuestionKind.SINGLE if single else QuestionKind.MULTIPLE
        options = _options([(_languages(text, first), share > 0) for text, share in answers])
    elif kind in ("essay", "shortanswer"):
        read_as = QuestionKind.SHORT_TEXT
    else:
        return None
    if first not in texts and texts:
        first = next(iter(texts))
    return BankQuestion(
        read_as,
        first,
        texts,
        options,
        objective if LINEAGE.fullmatch(objective) else "",
        lineage if LINEAGE.fullmatch(lineage) else "",
    )


def _options(answers: Sequence[tuple[dict[str, str], bool]]) -> tuple[Option, ...]:
    options: list[Option] = []
    for texts, right in answers:
        options.append(Option(next_key([option.key for option in options]), right, texts))
    return tuple(options)


def _share(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


@dataclass
class _Languages(HTMLParser):
    """Plain text of a piece of HTML, by the language of the span that it stands in."""

    language: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    # Of each span that is open: the language of what stands in it, empty if it is in none's.
    spans: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def _add(self, text: str) -> None:
        self.texts.setdefault(self._around(), []).append(text)

    def _around(self) -> str:
        return self.spans[-1] if self.spans else ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the language of a span; a break, or a paragraph after another, is a new line."""
        if tag == "span":
            given = dict(attributes)
            code = (given.get("lang") or "").lower()[:3]
            marked = "multilang" in (given.get("class") or "") and CODE.fullmatch(code)
            self.spans.append(code if marked else self._around())
        elif tag == "br" or (tag in ("p", "li", "div") and any(self.texts.values())):
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        """Leave a span."""
        if tag == "span" and self.spans:
            self.spans.pop()

    def handle_data(self, data: str) -> None:
        """Keep what is to be read."""
        self._add(data)


def _languages(markup: str, language: str) -> dict[str, str]:
    """{language: plain text}; of what stands in no language's span only the text, in `language`,
    where no span is."""
    reader = _Languages(language)
    reader.feed(markup)
    reader.close()
    read = {code: "".join(pieces).strip() for code, pieces in reader.texts.items()}
    marked = {code: text for code, text in read.items() if code and text}
    if marked:
        return marked
    return {language: read[""]} if read.get("") else {}


def _plain(markup: str) -> str:
    return " ".join(" ".join(_languages(markup, "").values()).split())


def main(arguments: list[str]) -> int:
    """Read the file in the descriptor that the caller passed on; texts are in a language."""
    megabytes, seconds, descriptor = (int(part) for part in arguments[:3])
    cleaner.limit(megabytes, seconds)
    try:
        with os.fdopen(os.dup(descriptor), "rb") as source:
            source.seek(0)
            try:
                told = bank_text(read_bank(source.read(), arguments[3]))
            except UnreadableBank as why:
                told = json.dumps({"reason": why.reason})
        sys.stdout.buffer.write(told.encode("ascii"))
        sys.stdout.buffer.flush()
    except MemoryError:
        return cleaner.NO_ROOM
    except Exception:
        # Whatever a library makes of a stranger's file: nothing is known of it.
        return cleaner.UNCLEANABLE
    return cleaner.ENDED_WELL
