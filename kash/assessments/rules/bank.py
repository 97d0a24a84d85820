"""A question bank as plain values, in one form: every format that goes out is written from it, and
every one that comes in is read into it. Formats: plain JSON (in the file of a course, and as the
confined child answers), Moodle XML, whose texts hold all languages as Moodle's multi-language
spans, IMS QTI 3 packages, one item a question in one language, and rows of an answer sheet.
Questions looked at: how hard one is, and if it tells who knows from who does not."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from statistics import fmean
from string import ascii_lowercase
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kash.assessments.rules.results import (
    KNOWLEDGE,
    LONGEST_OPTION,
    LONGEST_QUESTION,
    NOT_SURE,
    SCALE_POINTS,
    WITH_OPTIONS,
    Option,
    QuestionFlaw,
    QuestionKind,
    flaw_of,
    is_answer,
)

TRUE, FALSE = "t", "f"


@dataclass(frozen=True)
class BankQuestion:
    """A question in all its languages. `language` is the one it was written in first; `objective`
    and `lineage` are what stays the same wherever the course travels."""

    kind: QuestionKind
    language: str
    texts: Mapping[str, str]
    options: tuple[Option, ...] = ()
    objective: str = ""
    lineage: str = ""

    @property
    def text(self) -> str:
        """Its text in the first language."""
        return self.texts.get(self.language, "")

    @property
    def right(self) -> frozenset[str]:
        """Keys of the right choices."""
        return frozenset(option.key for option in self.options if option.right)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all choices, in the order in which they are shown."""
        return tuple(option.key for option in self.options)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which it can be asked, the first one first: nothing is missing in them."""
        others = [code for code in self.texts if code != self.language]
        return (self.language, *(code for code in others if self.is_whole(code)))

    def is_whole(self, language: str) -> bool:
        """True if text and all choices are there in a language."""
        told = bool(self.texts.get(language, "").strip())
        if self.kind not in WITH_OPTIONS:
            return told
        return told and all(option.texts.get(language, "").strip() for option in self.options)

    def flaw(self) -> QuestionFlaw | None:
        """The first flaw that it has in its first language, or None."""
        shown = [(option.texts.get(self.language, ""), option.right) for option in self.options]
        return flaw_of(self.kind, self.text, shown)

    @property
    def is_too_long(self) -> bool:
        """True if a text of it is longer than the form on which it is changed takes."""
        bounds = [(self.texts, LONGEST_QUESTION)]
        bounds += [(option.texts, LONGEST_OPTION) for option in self.options]
        return any(len(text) > most for texts, most in bounds for text in texts.values())

    def says_the_same(self, other: BankQuestion) -> bool:
        """True if both ask the same: only then are answers compared."""
        return (self.kind, self.texts, self.options) == (other.kind, other.texts, other.options)


def true_false(true_is_right: bool) -> tuple[Option, ...]:
    """The two choices of a true-or-false question, which need no text."""
    return (Option(TRUE, true_is_right, {}), Option(FALSE, not true_is_right, {}))


def next_key(used: Collection[str]) -> str:
    """A key that no choice of the question ever had."""
    letters = (first + second for first in ("", *"abc") for second in ascii_lowercase)
    return next(letter for letter in letters if letter not in used)


def with_keys_of(question: BankQuestion, before: BankQuestion) -> BankQuestion:
    """A question that came from a file, its choices under the keys that they have here: the same
    words are the same choice, and other words are a new one."""
    if question.kind not in WITH_OPTIONS:
        return question
    words = {tuple(sorted(option.texts.items())): option.key for option in before.options}
    used = set(before.keys)
    options: list[Option] = []
    for option in question.options:
        key = words.pop(tuple(sorted(option.texts.items())), None) or next_key(used)
        used.add(key)
        options.append(replace(option, key=key))
    return replace(question, options=tuple(options))


def source_digest(question: BankQuestion) -> str:
    """The first 16 hex digits of SHA-256 over what a translation is made from."""
    told = [
        question.text,
        *(option.texts.get(question.language, "") for option in question.options),
    ]
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:16]


def stale_languages(question: BankQuestion, made_from: Mapping[str, str]) -> tuple[str, ...]:
    """Languages whose texts were made from other words than stand there now."""
    now = source_digest(question)
    return tuple(code for code in question.languages[1:] if made_from.get(code, now) != now)


def options_stored(options: Iterable[Option]) -> list[dict[str, Any]]:
    """Choices as a revision stores them."""
    return [
        {"key": option.key, "right": option.right, "texts": dict(option.texts)}
        for option in options
    ]


def options_read(plain: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Choices as a revision stored them, or as `plain_question` wrote them."""
    return tuple(
        Option(
            _string(option["key"]), option.get("right") is True, _texts(option.get("texts") or {})
        )
        for option in plain
    )


def plain_question(question: BankQuestion) -> dict[str, Any]:
    """A question as JSON can hold it; what is empty is left out."""
    plain = {
        "lineage": question.lineage,
        "kind": str(question.kind),
        "language": question.language,
        "texts": dict(question.texts),
        "objective": question.objective,
        "options": [
            {name: value for name, value in option.items() if value}
            for option in options_stored(question.options)
        ],
    }
    return {name: value for name, value in plain.items() if value}


def question_read(plain: Mapping[str, Any]) -> BankQuestion:
    """The question that `plain_question` wrote. Raises KeyError, TypeError, ValueError or
    AttributeError for what is none."""
    return BankQuestion(
        QuestionKind(plain["kind"]),
        _string(plain["language"]),
        _texts(plain.get("texts") or {}),
        options_read(plain.get("options") or ()),
        _string(plain.get("objective") or ""),
        _string(plain.get("lineage", "")),
    )


def _texts(plain: Any) -> dict[str, str]:
    return {_string(code): _string(text) for code, text in plain.items()}


def _string(plain: Any) -> str:
    if not isinstance(plain, str):
        raise TypeError
    return plain


def placed_letter(position: int) -> str:
    """The letter under which a choice stands on screen and paper: its place from 0, as A, B, C."""
    return ascii_lowercase[position].upper()


def choices(
    question: BankQuestion,
    language: str = "",
    scale: Sequence[str] = ("",) * SCALE_POINTS,
    true_false: Sequence[str] = ("", ""),
) -> list[tuple[str, str, str]]:
    """The choices of a question as (key, letter, text), without "not sure"; none for own words.
    `scale` are the words of the points of a scale, the lowest first."""
    if question.kind is QuestionKind.SCALE:
        return [(str(at), str(at), word) for at, word in enumerate(scale, start=1)]
    words: Iterable[str] = true_false
    if question.kind is not QuestionKind.TRUE_FALSE:
        words = [
            option.texts.get(language) or option.texts.get(question.language, "")
            for option in question.options
        ]
    return [
        (key, placed_letter(at), text)
        for at, (key, text) in enumerate(zip(question.keys, words, strict=False))
    ]


LEAST_FOR_DIFFICULTY = 10
LEAST_FOR_DISCRIMINATION = 50
# Shares of right answers beyond which a question says little of most people.
NEARLY_ALL = 0.95
HARDLY_ANY = 0.25


class ItemVerdict(StrEnum):
    """Verdict on a question, by what its answers show so far."""

    TOO_FEW = "too_few"
    NEARLY_ALL_KNOW = "nearly_all_know"
    HARDLY_ANY_KNOW = "hardly_any_know"
    MISSED_BY_KNOWERS = "missed_by_knowers"
    TELLS_LITTLE = "tells_little"
    USEFUL = "useful"
    NOTHING_ODD = "nothing_odd"


@dataclass(frozen=True)
class ItemStatistics:
    """Statistics of a question. `difficulty` is the mean score, 0 to 1, from ten answers up;
    `discrimination` the correlation with the rest of the test, from fifty, with its interval."""

    answers: int
    difficulty: float | None = None
    discrimination: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: ItemVerdict = ItemVerdict.TOO_FEW


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of them does not vary."""
    if min(max(values) - min(values) for values in (first, second)) < 1e-9:
        return None
    return max(-1.0, min(1.0, statistics.correlation(first, second)))


def correlation_interval(pearson: float, count: int, inside: float = 0.95) -> tuple[float, float]:
    """Fisher's interval of a correlation over `count` pairs, of which there are more than three."""
    half = statistics.NormalDist().inv_cdf((1.0 + inside) / 2.0) / math.sqrt(count - 3)
    middle = math.atanh(max(-0.999999, min(0.999999, pearson)))
    return math.tanh(middle - half), math.tanh(middle + half)


def look_at(answers: Sequence[tuple[float, float | None]]) -> ItemStatistics:
    """Statistics of a question from one pair a person: her score on it, and her mean score on the
    rest of that test, both 0 to 1; None, and no part of the correlation, where she answered nothing
    else."""
    count = len(answers)
    if count < LEAST_FOR_DIFFICULTY:
        return ItemStatistics(count)
    difficulty = fmean(score for score, _ in answers)
    verdict = ItemVerdict.NOTHING_ODD
    if difficulty >= NEARLY_ALL:
        verdict = ItemVerdict.NEARLY_ALL_KNOW
    elif difficulty <= HARDLY_ANY:
        verdict = ItemVerdict.HARDLY_ANY_KNOW
    pairs = [(score, rest) for score, rest in answers if rest is not None]
    pearson = None
    if len(pairs) >= LEAST_FOR_DISCRIMINATION:
        pearson = correlation([score for score, _ in pairs], [rest for _, rest in pairs])
    if pearson is None:
        return ItemStatistics(count, difficulty, verdict=verdict)
    low, high = correlation_interval(pearson, len(pairs))
    knowers = sorted(pairs, key=lambda pair: pair[1])[-(len(pairs) // 3) :]
    if pearson <= 0.0 and fmean(score for score, _ in knowers) < 0.5:
        verdict = ItemVerdict.MISSED_BY_KNOWERS
    elif verdict is ItemVerdict.NOTHING_ODD:
        verdict = ItemVerdict.USEFUL if low > 0.0 else ItemVerdict.TELLS_LITTLE
    return ItemStatistics(count, difficulty, pearson, low, high, verdict)


MOST_QUESTIONS = 500
REASONS = ("xml", "doctype", "quiz", "many")
MOST_BYTES = 2 * 1024 * 1024
SCALE_TAG, OBJECTIVE, LANGUAGE = "kash:scale", "kash:objective:", "kash:language:"
_KINDS = {
    QuestionKind.SINGLE: "multichoice",
    QuestionKind.MULTIPLE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.SCALE: "multichoice",
    QuestionKind.SHORT_TEXT: "essay",
}
LINEAGE = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")
CODE = re.compile(r"[a-z]{2,3}")
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


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new element; in a name of an attribute a dash is written as an underscore."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    element = SubElement(parent, tag, named)
    element.text = text
    return element


def written_bank(name: str, questions: Iterable[BankQuestion], scale: Sequence[str]) -> bytes:
    """A bank as Moodle XML; `scale` are the words of the points of a scale, the lowest first."""
    quiz = Element("quiz")
    heading = _add(quiz, "question", type="category")
    _text(_add(heading, "category"), "$course$/top/" + name.replace("/", "//"))
    for question in questions:
        _write(quiz, question, scale)
    indent(quiz)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(quiz, encoding="unicode").encode()


def _write(quiz: Element, question: BankQuestion, scale: Sequence[str]) -> None:
    kind = question.kind
    written = _add(quiz, "question", type=_KINDS[kind])
    _text(_add(written, "name"), next(iter(question.text.splitlines()), "")[:80])
    _text(_add(written, "questiontext", format="html"), _spans(question.texts))
    _text(_add(written, "generalfeedback", format="html"), "")
    _add(written, "defaultgrade", "1")
    _add(written, "idnumber", question.lineage)
    markup, form = {option.key: _spans(option.texts) for option in question.options}, "html"
    if kind is QuestionKind.TRUE_FALSE:
        markup, form = {TRUE: "true", FALSE: "false"}, "moodle_auto_format"
    elif kind is QuestionKind.SHORT_TEXT:
        _add(written, "responseformat", "plain")
        _add(written, "responserequired", "0")
        _add(written, "responsefieldlines", "3")
    else:
        _add(written, "single", "false" if kind is QuestionKind.MULTIPLE else "true")
        _add(written, "shuffleanswers", "false")
        _add(written, "answernumbering", "ABCD")
    if kind is QuestionKind.SCALE:
        markup = {key: escape(word, quote=False) for key, _, word in choices(question, scale=scale)}
    share = 100.0 / (len(question.right) or 1)
    wrong = -share if kind is QuestionKind.MULTIPLE else 0.0
    for key, text in markup.items():
        scores = key in question.right or kind is QuestionKind.SCALE
        fraction = f"{share if scores else wrong:.5f}".rstrip("0").rstrip(".")
        answer = _add(written, "answer", fraction=fraction, format=form)
        _text(answer, text)
        _text(_add(answer, "feedback", format="html"), "")
    tags = _add(written, "tags")
    for tag in (
        LANGUAGE + question.language,
        OBJECTIVE + question.objective if question.objective else "",
        SCALE_TAG if kind is QuestionKind.SCALE else "",
    ):
        if tag:
            _text(_add(tags, "tag"), tag)


def _text(parent: Element, text: str) -> None:
    _add(parent, "text", _UNWRITABLE.sub("", text))


def _spans(texts: Mapping[str, str]) -> str:
    """All languages of a text as Moodle's filter reads them."""
    marked = {code: escape(text, quote=False) for code, text in texts.items() if text}
    return "".join(
        f'<span lang="{code}" class="multilang">{text}</span>' for code, text in marked.items()
    ).replace("\n", "<br>")


# --- Between the child and its caller -----------------------------------------------------------


def bank_text(bank: ReadBank) -> str:
    """A bank as JSON of ASCII alone."""
    questions = list(map(plain_question, bank.questions))
    return json.dumps({"questions": questions, "left_out": bank.left_out})


def bank_told(answer: bytes) -> ReadBank:
    """The bank that a child tells of, looked at as a stranger's answer.

    Raises UnreadableBank where the child says why, and where it is no such answer.
    """
    try:
        told = json.loads(answer)
        if "reason" in told:
            reason = told["reason"]
            raise UnreadableBank(reason if reason in REASONS else "xml")
        questions = tuple(map(question_read, told["questions"]))
        left_out = tuple((_string(name), _string(kind)) for name, kind in told["left_out"])
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError):
        raise UnreadableBank("xml") from None
    for question in questions:
        keys = filter(None, (question.objective, question.lineage))
        if question.flaw() or question.is_too_long or not all(map(LINEAGE.fullmatch, keys)):
            raise UnreadableBank("xml")
    if len(questions) + len(left_out) > MOST_QUESTIONS:
        raise UnreadableBank("many")
    return ReadBank(questions, left_out)


# Bubbles of a row, "not sure" among them. A question with more choices is typed in.
MOST_CHOICES = 5


@dataclass(frozen=True)
class SheetQuestion:
    """A row: its number in the test, the asked question's public id, and its choices in order, each
    by its key and by what stands before its bubble."""

    number: int
    asked: str
    kind: QuestionKind
    keys: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def several(self) -> bool:
        """True if more than one choice may be marked."""
        return self.kind is QuestionKind.MULTIPLE

    def chosen(self, marks: Sequence[int]) -> tuple[str, ...] | None:
        """The answer that marks (places of choices from 0) are; None if they are none."""
        keys = tuple(self.keys[at] for at in marks)
        return keys if is_answer(self.kind, self.keys, keys, "") else None

    def letters(self, chosen: Sequence[str]) -> str:
        """An answer by its letters, as it is typed in from paper."""
        return "".join(
            label for key, label in zip(self.keys, self.labels, strict=True) if key in chosen
        )


def sheet_questions(asked: Sequence[tuple[str, BankQuestion]]) -> list[SheetQuestion]:
    """The rows of a test's sheet, from its questions in their order, each with its public id.

    Own words, and questions with too many choices for a row, have none; the numbers of the others
    stay as they are.
    """
    rows = []
    for number, (public_id, question) in enumerate(asked, start=1):
        shown = [(key, letter) for key, letter, _text in choices(question)]
        shown += [(NOT_SURE, NOT_SURE)] if question.kind in KNOWLEDGE else []
        if 2 <= len(shown) <= MOST_CHOICES:
            keys, labels = zip(*shown, strict=True)
            rows.append(SheetQuestion(number, public_id, question.kind, keys, labels))
    return rows


_ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"
# The same bank makes the same file, whenever it is written.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def written_package(
    questions: Sequence[BankQuestion], words: tuple[str, str], scale: Sequence[str]
) -> bytes:
    """A package as a zip file; `words` are those for true and false, `scale` those of a scale's
    points, the lowest first."""
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "bank"})
    about = _add(manifest, "metadata")
    _add(about, "schema", "QTI Package")
    _add(about, "schemaversion", "3.0.0")
    _add(manifest, "organizations")
    resources = _add(manifest, "resources")
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for number, question in enumerate(questions, start=1):
            name = f"question-{number:03d}"
            path = f"items/question-{number:03d}.xml"
            _add(
                _add(resources, "resource", identifier=name, type="imsqti_item_xmlv3p0", href=path),
                "file",
                href=path,
            )
            _put(
                package,
                path,
                _item(name, number, question, choices(question, question.language, scale, words)),
            )
        _put(package, "imsmanifest.xml", manifest)
    return file.getvalue()


def _put(package: ZipFile, name: str, root: Element) -> None:
    entry = ZipInfo(name, _MOMENT)
    entry.compress_type = ZIP_DEFLATED
    package.writestr(entry, tostring(root, encoding="utf-8", xml_declaration=True))


def _item(
    name: str, number: int, question: BankQuestion, offered: Iterable[tuple[str, str, str]]
) -> Element:
    item = Element(
        "qti-assessment-item",
        {
            "xmlns": _ITEM,
            "identifier": question.lineage or name,
            "title": f"{number}",
            "xml:lang": question.language,
            "adaptive": "false",
            "time-dependent": "false",
        },
    )
    knowledge, in_words = question.kind in KNOWLEDGE, question.kind is QuestionKind.SHORT_TEXT
    several = question.kind is QuestionKind.MULTIPLE
    declared = _add(
        item,
        "qti-response-declaration",
        identifier="RESPONSE",
        cardinality="multiple" if several else "single",
        base_type="string" if in_words else "identifier",
    )
    right = [key for key in question.keys if key in question.right]
    if knowledge:
        correct = _add(declared, "qti-correct-response")
        for key in right:
            _add(correct, "qti-value", key)
    if several:
        share = 1.0 / (len(right) or 1)
        mapping = _add(declared, "qti-mapping", lower_bound="0", default_value=f"{-share:.5f}")
        for key in sorted(right):
            _add(mapping, "qti-map-entry", map_key=key, mapped_value=f"{share:.5f}")
    score = {"identifier": "SCORE", "cardinality": "single", "base_type": "float"}
    _add(item, "qti-outcome-declaration", **score)
    body = _add(item, "qti-item-body")
    interaction = (
        _add(body, "qti-extended-text-interaction", response_identifier="RESPONSE")
        if in_words
        else _add(
            body,
            "qti-choice-interaction",
            response_identifier="RESPONSE",
            max_choices="0" if several else "1",
        )
    )
    _add(interaction, "qti-prompt", question.text)
    for key, letter, text in offered:
        # An identifier begins with a letter.
        _add(
            interaction,
            "qti-simple-choice",
            text or letter,
            identifier=f"p{key}" if key.isdigit() else key,
        )
    if knowledge:
        template = "map_response" if several else "match_correct"
        _add(item, "qti-response-processing", template=f"{_TEMPLATES}{template}.xml")
    return item
