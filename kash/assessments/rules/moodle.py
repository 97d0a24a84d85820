"""Question banks as Moodle XML: written here, and read by the confined child.

Each text holds all its languages as Moodle's multi-language spans. What the child has read comes
back as a text of JSON (`bank_text`, `bank_told`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.scoring import Option, QuestionKind

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
