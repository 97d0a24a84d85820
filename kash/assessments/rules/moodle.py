"""Question banks as Moodle XML, out and in.

Out, each text holds all its languages as Moodle's multi-language spans; in, whatever Moodle writes
becomes plain text, and a question of a kind that is unknown here is named and left out. A document
type, and with it every entity, is refused before anything is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement, TreeBuilder, indent, tostring
from xml.parsers import expat

from kash.assessments.rules.bank import BankQuestion, next_key, true_false
from kash.assessments.rules.scoring import SCALE_POINTS, Option, QuestionKind

MOST_QUESTIONS = 500
MOST_BYTES = 2 * 1024 * 1024
_MOST_ELEMENTS, _MOST_DEPTH = 100_000, 40
_SCALE, _OBJECTIVE, _LANGUAGE = "kash:scale", "kash:objective:", "kash:language:"
_KINDS = {
    QuestionKind.SINGLE: "multichoice",
    QuestionKind.MULTIPLE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.SCALE: "multichoice",
    QuestionKind.SHORT_TEXT: "essay",
}
_LINEAGE = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")
_CODE = re.compile(r"[a-z]{2,3}")
# What XML cannot hold.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnreadableBank(Exception):
    """The file cannot be read. `reason` is "xml", "doctype", "quiz" or "many"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ReadBank:
    """Questions of a file in its order, and what was left out: (name, Moodle's type)."""

    questions: tuple[BankQuestion, ...]
    left_out: tuple[tuple[str, str], ...] = ()


# --- Out ------------------------------------------------------------------------------------


def written_bank(name: str, questions: Iterable[BankQuestion], scale: Sequence[str]) -> bytes:
    """A bank as a file; `scale` are the words of the points of a scale, the lowest first."""
    quiz = Element("quiz")
    heading = SubElement(quiz, "question", type="category")
    path = "$course$/top/" + name.replace("/", "//")
    _text(SubElement(heading, "category"), path)
    for question in questions:
        _write(quiz, question, scale)
    indent(quiz)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(quiz, encoding="unicode").encode()


def _write(quiz: Element, question: BankQuestion, scale: Sequence[str]) -> None:
    made = SubElement(quiz, "question", type=_KINDS[question.kind])
    first_line = next(iter(question.text.splitlines()), "")
    _text(SubElement(made, "name"), first_line[:80])
    _text(SubElement(made, "questiontext", format="html"), _spans(question.texts))
    _text(SubElement(made, "generalfeedback", format="html"), "")
    SubElement(made, "defaultgrade").text = "1"
    SubElement(made, "idnumber").text = question.lineage
    if question.kind is QuestionKind.TRUE_FALSE:
        for option, word in zip(question.options, ("true", "false"), strict=True):
            _answer(made, 100.0 if option.right else 0.0, word, "moodle_auto_format")
    elif question.kind is QuestionKind.SCALE:
        _choices(made, single=True)
        for word in scale:
            _answer(made, 100.0, escape(word, quote=False), "html")
    elif question.kind is QuestionKind.SHORT_TEXT:
        SubElement(made, "responseformat").text = "plain"
        SubElement(made, "responserequired").text = "0"
        SubElement(made, "responsefieldlines").text = "3"
    else:
        _choices(made, single=question.kind is QuestionKind.SINGLE)
        share = 100.0 / (len(question.right) or 1)
        wrong = 0.0 if question.kind is QuestionKind.SINGLE else -share
        for option in question.options:
            _answer(made, share if option.right else wrong, _spans(option.texts), "html")
    tags = SubElement(made, "tags")
    for tag in _tag_names(question):
        _text(SubElement(tags, "tag"), tag)


def _tag_names(question: BankQuestion) -> list[str]:
    tags = [_LANGUAGE + question.language]
    if question.objective:
        tags.append(_OBJECTIVE + question.objective)
    if question.kind is QuestionKind.SCALE:
        tags.append(_SCALE)
    return tags


def _choices(made: Element, *, single: bool) -> None:
    SubElement(made, "single").text = "true" if single else "false"
    SubElement(made, "shuffleanswers").text = "false"
    SubElement(made, "answernumbering").text = "ABCD"


def _answer(made: Element, fraction: float, text: str, form: str) -> None:
    share = f"{fraction:.5f}".rstrip("0").rstrip(".")
    answer = SubElement(made, "answer", fraction=share, format=form)
    _text(answer, text)
    _text(SubElement(answer, "feedback", format="html"), "")


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = _UNWRITABLE.sub("", text)


def _spans(texts: Mapping[str, str]) -> str:
    """All languages of a text as Moodle's filter reads them; a single one stands alone."""
    marked = {code: _marked_up(text) for code, text in texts.items() if text}
    return "".join(
        f'<span lang="{code}" class="multilang">{text}</span>' for code, text in marked.items()
    )


def _marked_up(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


# --- In -------------------------------------------------------------------------------------


def read_bank(content: bytes, language: str) -> ReadBank:
    """The questions of a file. Texts without a language are in `language`.

    Raises UnreadableBank.
    """
    quiz = _parsed(content)
    if quiz.tag != "quiz":
        raise UnreadableBank("quiz")
    questions: list[BankQuestion] = []
    left_out: list[tuple[str, str]] = []
    for one in quiz.iter("question"):
        kind = one.get("type", "")
        if kind == "category":
            continue
        read = _read(one, kind, language)
        if read is None or read.flaw() is not None or read.is_too_long:
            left_out.append((_plain(_under(one, "name"))[:80], kind[:20]))
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
    found = parent.find("/".join((*names, "text")))
    return (found.text or "") if found is not None else ""


def _read(one: Element, kind: str, language: str) -> BankQuestion | None:
    tags = [(tag.text or "").strip() for tag in one.findall("tags/tag/text")]
    first = next((tag.removeprefix(_LANGUAGE) for tag in tags if tag.startswith(_LANGUAGE)), "")
    first = first if _CODE.fullmatch(first) else language
    objective = next(
        (tag.removeprefix(_OBJECTIVE) for tag in tags if tag.startswith(_OBJECTIVE)), ""
    )
    lineage = (one.findtext("idnumber") or "").strip()
    texts = _languages(_under(one, "questiontext"), first)
    answers = [(_under(each), _share(each)) for each in one.findall("answer")]
    options: tuple[Option, ...] = ()
    if kind == "truefalse":
        right = next((_plain(text).strip().lower() for text, share in answers if share > 0), "")
        if right not in ("true", "false"):
            return None
        found, options = QuestionKind.TRUE_FALSE, true_false(right == "true")
    elif kind == "multichoice" and _SCALE in tags and len(answers) == SCALE_POINTS:
        found = QuestionKind.SCALE
    elif kind == "multichoice":
        single = (one.findtext("single") or "true").strip().lower() in ("true", "1")
        found = QuestionKind.SINGLE if single else QuestionKind.MULTIPLE
        options = _options([(_languages(text, first), share > 0) for text, share in answers])
    elif kind in ("essay", "shortanswer"):
        found = QuestionKind.SHORT_TEXT
    else:
        return None
    if first not in texts and texts:
        first = next(iter(texts))
    return BankQuestion(
        found,
        first,
        texts,
        options,
        objective if _LINEAGE.fullmatch(objective) else "",
        lineage if _LINEAGE.fullmatch(lineage) else "",
    )


def _options(answers: Sequence[tuple[dict[str, str], bool]]) -> tuple[Option, ...]:
    made: list[Option] = []
    for texts, right in answers:
        made.append(Option(next_key([option.key for option in made]), right, texts))
    return tuple(made)


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
            marked = "multilang" in (given.get("class") or "") and _CODE.fullmatch(code)
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
