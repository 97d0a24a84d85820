"""A question bank as plain values, as services, files and other programmes pass it on. Questions
looked at: how hard one is, and whether it tells who knows from who does not. Question banks as
Moodle XML: written here, and read by the confined child. Each text holds all its languages as
Moodle's multi-language spans. What the child has read comes back as a text of JSON (`bank_text`,
`bank_told`). A test's questions as rows of an answer sheet, and marks on them as answers. Question
banks as IMS QTI 3 packages: one item a question, in one language."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from statistics import NormalDist, fmean
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
        choices = (text for option in self.options for text in option.texts.values())
        return any(len(text) > LONGEST_QUESTION for text in self.texts.values()) or any(
            len(text) > LONGEST_OPTION for text in choices
        )

    def says_the_same(self, other: BankQuestion) -> bool:
        """True if whoever answers would be asked the same: only then are answers compared."""
        return (self.kind, dict(self.texts), _told(self.options)) == (
            other.kind,
            dict(other.texts),
            _told(other.options),
        )


def _told(options: Iterable[Option]) -> list[tuple[str, bool, dict[str, str]]]:
    return [(option.key, option.right, dict(option.texts)) for option in options]


def true_false(true_is_right: bool) -> tuple[Option, ...]:
    """The two choices of a true-or-false question, which need no text."""
    return (Option(TRUE, true_is_right, {}), Option(FALSE, not true_is_right, {}))


def next_key(used: Collection[str]) -> str:
    """A key that no choice of the question ever had."""
    letters = [*ascii_lowercase, *(f"{one}{two}" for one in "abc" for two in ascii_lowercase)]
    return next(letter for letter in letters if letter not in used)


def with_keys_of(question: BankQuestion, before: BankQuestion) -> BankQuestion:
    """A question that came from a file, its choices under the keys that they have here: the same
    words are the same choice, and other words are a new one."""
    if question.kind not in WITH_OPTIONS:
        return question
    words = {_words(option): option.key for option in before.options}
    used = set(before.keys)
    made: list[Option] = []
    for option in question.options:
        key = words.pop(_words(option), None) or next_key(used)
        used.add(key)
        made.append(replace(option, key=key))
    return replace(question, options=tuple(made))


def _words(option: Option) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(option.texts.items()))


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


def options_read(stored: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Choices as a revision stored them."""
    return tuple(Option(one["key"], bool(one["right"]), dict(one["texts"])) for one in stored)


def placed_letter(position: int) -> str:
    """The letter under which a choice stands on screen and paper: its place from 0, as A, B, C."""
    return ascii_lowercase[position].upper()


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
    mean_first, mean_second = fmean(first), fmean(second)
    apart_first = [value - mean_first for value in first]
    apart_second = [value - mean_second for value in second]
    spread = math.sqrt(math.fsum(a * a for a in apart_first)) * math.sqrt(
        math.fsum(b * b for b in apart_second)
    )
    if spread < 1e-12:
        return None
    together = math.fsum(a * b for a, b in zip(apart_first, apart_second, strict=True))
    return max(-1.0, min(1.0, together / spread))


def correlation_interval(found: float, count: int, inside: float = 0.95) -> tuple[float, float]:
    """Fisher's interval of a correlation over `count` pairs, of which there are more than three."""
    inner = max(-0.999999, min(0.999999, found))
    half = NormalDist().inv_cdf((1.0 + inside) / 2.0) / math.sqrt(count - 3)
    middle = math.atanh(inner)
    return math.tanh(middle - half), math.tanh(middle + half)


def look_at(answers: Sequence[tuple[float, float | None]]) -> ItemStatistics:
    """Statistics of a question from one pair a person: her score on it, and her mean score on the
    rest of that test, both 0 to 1; None, and no part of the correlation, where she answered nothing
    else."""
    count = len(answers)
    if count < LEAST_FOR_DIFFICULTY:
        return ItemStatistics(count)
    difficulty = fmean(score for score, _ in answers)
    pairs = [(score, rest) for score, rest in answers if rest is not None]
    if len(pairs) < LEAST_FOR_DISCRIMINATION:
        return ItemStatistics(count, difficulty, verdict=_by_difficulty(difficulty))
    found = correlation([score for score, _ in pairs], [rest for _, rest in pairs])
    if found is None:
        return ItemStatistics(count, difficulty, verdict=_by_difficulty(difficulty))
    low, high = correlation_interval(found, len(pairs))
    return ItemStatistics(
        count, difficulty, found, low, high, _by_both(pairs, difficulty, found, low)
    )


def _by_difficulty(difficulty: float) -> ItemVerdict:
    if difficulty >= NEARLY_ALL:
        return ItemVerdict.NEARLY_ALL_KNOW
    return ItemVerdict.HARDLY_ANY_KNOW if difficulty <= HARDLY_ANY else ItemVerdict.NOTHING_ODD


def _by_both(
    answers: Sequence[tuple[float, float]], difficulty: float, found: float, low: float
) -> ItemVerdict:
    knowers = sorted(answers, key=lambda one: one[1])[-(len(answers) // 3) :]
    if found <= 0.0 and fmean(score for score, _ in knowers) < 0.5:
        return ItemVerdict.MISSED_BY_KNOWERS
    plain = _by_difficulty(difficulty)
    if plain is not ItemVerdict.NOTHING_ODD:
        return plain
    return ItemVerdict.USEFUL if low > 0.0 else ItemVerdict.TELLS_LITTLE


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
    tags = [LANGUAGE + question.language]
    if question.objective:
        tags.append(OBJECTIVE + question.objective)
    if question.kind is QuestionKind.SCALE:
        tags.append(SCALE_TAG)
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


# --- Between the child and its caller -----------------------------------------------------------


def bank_text(bank: ReadBank) -> str:
    """A bank as JSON of ASCII alone."""
    questions = [
        [
            *(one.kind, one.language, dict(one.texts)),
            [[option.key, option.right, dict(option.texts)] for option in one.options],
            *(one.objective, one.lineage),
        ]
        for one in bank.questions
    ]
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
        questions = tuple(map(_question, told["questions"]))
        left_out = tuple((_string(name), _string(kind)) for name, kind in told["left_out"])
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError):
        raise UnreadableBank("xml") from None
    if len(questions) + len(left_out) > MOST_QUESTIONS:
        raise UnreadableBank("many")
    return ReadBank(questions, left_out)


def _question(told: Any) -> BankQuestion:
    kind, language, texts, options, objective, lineage = told
    question = BankQuestion(
        QuestionKind(kind),
        _string(language),
        _texts(texts),
        tuple(Option(_string(key), right is True, _texts(said)) for key, right, said in options),
        *(
            _string(key) if not key or LINEAGE.fullmatch(key) else ""
            for key in (objective, lineage)
        ),
    )
    if question.flaw() is not None or question.is_too_long:
        raise ValueError
    return question


def _texts(told: Any) -> dict[str, str]:
    return {_string(code): _string(text) for code, text in told.items()}


def _string(told: Any) -> str:
    if not isinstance(told, str):
        raise TypeError
    return told


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
        keys, labels = _paper_choices(question)
        if 2 <= len(keys) <= MOST_CHOICES:
            rows.append(SheetQuestion(number, public_id, question.kind, keys, labels))
    return rows


def _paper_choices(question: BankQuestion) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if question.kind is QuestionKind.SHORT_TEXT:
        return (), ()
    if question.kind is QuestionKind.SCALE:
        points = tuple(str(point) for point in range(1, SCALE_POINTS + 1))
        return points, points
    letters = tuple(placed_letter(at) for at in range(len(question.keys)))
    return (*question.keys, NOT_SURE), (*letters, NOT_SURE)


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
    about = SubElement(manifest, "metadata")
    SubElement(about, "schema").text = "QTI Package"
    SubElement(about, "schemaversion").text = "3.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for number, question in enumerate(questions, start=1):
            name = f"items/question-{number:03d}.xml"
            resource = SubElement(
                resources,
                "resource",
                identifier=f"question-{number:03d}",
                type="imsqti_item_xmlv3p0",
                href=name,
            )
            SubElement(resource, "file", href=name)
            _put(package, name, _item(number, question, words, scale))
        _put(package, "imsmanifest.xml", manifest)
    return file.getvalue()


def _put(package: ZipFile, name: str, root: Element) -> None:
    entry = ZipInfo(name, _MOMENT)
    entry.compress_type = ZIP_DEFLATED
    package.writestr(entry, tostring(root, encoding="utf-8", xml_declaration=True))


def _item(
    number: int, question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> Element:
    item = Element(
        "qti-assessment-item",
        {
            "xmlns": _ITEM,
            "identifier": question.lineage or f"question-{number:03d}",
            "title": f"{number}",
            "xml:lang": question.language,
            "adaptive": "false",
            "time-dependent": "false",
        },
    )
    knowledge = question.kind in KNOWLEDGE
    several = question.kind is QuestionKind.MULTIPLE
    declared = SubElement(
        item,
        "qti-response-declaration",
        {
            "identifier": "RESPONSE",
            "cardinality": "multiple" if several else "single",
            "base-type": "string" if question.kind is QuestionKind.SHORT_TEXT else "identifier",
        },
    )
    if knowledge:
        correct = SubElement(declared, "qti-correct-response")
        for key in question.keys:
            if key in question.right:
                SubElement(correct, "qti-value").text = key
    if several:
        share = 1.0 / (len(question.right) or 1)
        mapping = SubElement(
            declared, "qti-mapping", {"lower-bound": "0", "default-value": f"{-share:.5f}"}
        )
        for key in sorted(question.right):
            entry = {"map-key": key, "mapped-value": f"{share:.5f}"}
            SubElement(mapping, "qti-map-entry", entry)
    SubElement(
        item,
        "qti-outcome-declaration",
        {"identifier": "SCORE", "cardinality": "single", "base-type": "float"},
    )
    _body(SubElement(item, "qti-item-body"), question, words, scale)
    if knowledge:
        template = "map_response" if several else "match_correct"
        SubElement(item, "qti-response-processing", template=f"{_TEMPLATES}{template}.xml")
    return item


def _body(
    body: Element, question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> None:
    if question.kind is QuestionKind.SHORT_TEXT:
        asked = SubElement(
            body, "qti-extended-text-interaction", {"response-identifier": "RESPONSE"}
        )
        SubElement(asked, "qti-prompt").text = question.text
        return
    most = "0" if question.kind is QuestionKind.MULTIPLE else "1"
    given: dict[str, Any] = {"response-identifier": "RESPONSE", "max-choices": most}
    asked = SubElement(body, "qti-choice-interaction", given)
    SubElement(asked, "qti-prompt").text = question.text
    for key, text in _qti_choices(question, words, scale):
        SubElement(asked, "qti-simple-choice", identifier=key).text = text


def _qti_choices(
    question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> list[tuple[str, str]]:
    if question.kind is QuestionKind.TRUE_FALSE:
        return list(zip(question.keys, words, strict=True))
    if question.kind is QuestionKind.SCALE:
        # An identifier begins with a letter.
        return [(f"p{point}", scale[point - 1]) for point in range(1, SCALE_POINTS + 1)]
    return [
        (option.key, option.texts.get(question.language, "") or placed_letter(at))
        for at, option in enumerate(question.options)
    ]
