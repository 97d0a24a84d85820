"""Question banks that leave for Moodle and come back, and files that are not let in."""

import io
import json
import random
import unicodedata
from dataclasses import replace
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from kash.assessments.course_file import read_moodle
from kash.assessments.moodle_child import _Languages, read_bank
from kash.assessments.rules.bank import (
    MOST_QUESTIONS,
    BankQuestion,
    ReadBank,
    UnreadableBank,
    bank_text,
    bank_told,
    next_key,
    source_digest,
    stale_languages,
    true_false,
    written_bank,
    written_package,
)
from kash.assessments.rules.results import WITH_OPTIONS, Option, QuestionKind
from kash.platform.database import public_id_from

SCALE = ("Not at all", "A little", "Partly", "Mostly", "Fully")
# Letters of many scripts, and all that markup lives on.
_SIGNS = [
    chr(code)
    for code in (*range(0x20, 0x17F), *range(0x600, 0x640), 0x1F64B, 0xFFFD, 0x2028, 0xA0)
    if unicodedata.category(chr(code)) != "Cc"
] + list("<>&\"'/]]>\n{}%$#") * 4


def _words(chance: random.Random, most: int) -> str:
    while True:
        text = "".join(chance.choice(_SIGNS) for _ in range(chance.randint(1, most))).strip()
        if text:
            return text


def _question(chance: random.Random) -> BankQuestion:
    kind = chance.choice(list(QuestionKind))
    codes = chance.sample(["en", "sw", "luo"], chance.randint(1, 3))
    options: list[Option] = []
    if kind in WITH_OPTIONS:
        for at in range(chance.randint(2, 6)):
            texts = {code: f"{at} {_words(chance, 20)}" for code in codes}
            options.append(Option(next_key([one.key for one in options]), at == 0, texts))
        if kind is QuestionKind.MULTIPLE and len(options) > 2:
            options[1] = Option(options[1].key, True, options[1].texts)
    made = true_false(chance.random() < 0.5) if kind is QuestionKind.TRUE_FALSE else tuple(options)
    return BankQuestion(
        kind,
        codes[0],
        {code: _words(chance, 60) for code in codes},
        made,
        public_id_from(chance.randbytes(16)) if chance.random() < 0.7 else "",
        public_id_from(chance.randbytes(16)),
    )


def test_five_hundred_banks_come_back_from_moodle_as_they_left():
    chance = random.Random(18)
    for _ in range(500):
        bank = tuple(_question(chance) for _ in range(chance.randint(0, 6)))
        read = read_bank(written_bank(_words(chance, 20), bank, SCALE), "en")
        assert (read.questions, read.left_out) == (bank, ())


def test_what_a_child_tells_of_a_bank_is_the_bank():
    chance = random.Random(19)
    for _ in range(50):
        bank = ReadBank(tuple(_question(chance) for _ in range(3)), (("Drag", "ddwtos"),))
        assert bank_told(bank_text(bank).encode("ascii")) == bank


def test_a_question_that_no_form_could_save_again_is_named_and_left_out():
    def asked(text: str, choice: str) -> BankQuestion:
        options = (Option("a", True, {"en": choice}), Option("b", False, {"en": "No"}))
        return BankQuestion(QuestionKind.SINGLE, "en", {"en": text}, options)

    bank = [asked("q" * 600, "c" * 200), asked("q" * 601, "c"), asked("q", "c" * 201)]
    read = read_bank(written_bank("Long", bank, SCALE), "en")
    assert [one.text for one in read.questions] == ["q" * 600]
    assert read.left_out == (("q" * 80, "multichoice"), ("q", "multichoice"))


def test_a_span_within_others_is_placed_without_looking_through_all_of_them():
    reader = _Languages("en")
    reader.feed('<span>a<span lang="sw" class="multilang">b<span>c<i>d</i></span></span>e')
    assert reader.texts == {"": ["a", "e"], "sw": ["b", "c", "d"]}
    reader.feed('<span lang="sw" class="multilang">' + "<span>" * 3)
    assert reader.spans == ["", "sw", "sw", "sw", "sw"]


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/Rights</text></category></question>
<question type="multichoice"><name><text>Court</text></name>
<questiontext format="html"><text><![CDATA[<p>After arrest, <b>how soon</b> before a court?</p>
]]></text></questiontext><single>true</single>
<answer fraction="100" format="html"><text><![CDATA[<p>24 hours</p>]]></text></answer>
<answer fraction="0" format="html"><text>A week &amp; more</text></answer></question>
<question type="matching"><name><text>Pairs</text></name></question>
<question type="multichoice"><name><text>No right one</text></name>
<questiontext><text>Which?</text></questiontext>
<answer fraction="0"><text>A</text></answer><answer fraction="0"><text>B</text></answer></question>
</quiz>"""


def test_a_file_written_by_moodle_is_read_as_plain_text():
    read = read_bank(MOODLE.encode(), "sw")
    (court,) = read.questions
    assert (court.kind, court.texts) == (
        QuestionKind.SINGLE,
        {"sw": "After arrest, how soon before a court?"},
    )
    assert [(one.texts["sw"], one.right) for one in court.options] == [
        ("24 hours", True),
        ("A week & more", False),
    ]
    assert read.left_out == (("Pairs", "matching"), ("No right one", "multichoice"))


BOMB = (
    '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    '<quiz><question type="essay"><name><text>&b;</text></name></question></quiz>'
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB.encode(), "doctype"),
        (BOMB.encode("utf-16"), "doctype"),
        (b'<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "doctype"),
        (MOODLE.encode()[:300], "xml"),
        (b"\x00\x01", "xml"),
        (b"", "xml"),
        (b'<?xml version="1.0" encoding="no-such"?><quiz/>', "xml"),
        (b"<html/>", "quiz"),
        (b"<quiz>" + b"<a>" * 50 + b"</a>" * 50 + b"</quiz>", "many"),
        (b"<quiz>" + b'<question type="x"/>' * (MOST_QUESTIONS + 1) + b"</quiz>", "many"),
    ],
)
def test_files_that_hide_something_or_are_none_are_refused(content, reason):
    with pytest.raises(UnreadableBank) as refused:
        read_bank(content, "en")
    assert refused.value.reason == reason


def test_a_package_holds_each_question_as_an_item_with_its_right_answers():
    chance = random.Random(3)
    bank = [_question(chance) for _ in range(20)]
    with ZipFile(io.BytesIO(written_package(bank, ("True", "False"), SCALE))) as package:
        manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))
        files = [one.get("href") for one in manifest.iter() if one.tag.endswith("}file")]
        items = [ElementTree.fromstring(package.read(str(name))) for name in files]
    space = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
    for question, item in zip(bank, items, strict=True):
        assert next(item.iter(f"{space}qti-prompt")).text == question.text
        right = {one.text for one in item.iter(f"{space}qti-value")}
        assert right == question.right
        offered = [one.get("identifier") for one in item.iter(f"{space}qti-simple-choice")]
        if question.kind not in (QuestionKind.SCALE, QuestionKind.SHORT_TEXT):
            assert offered == list(question.keys)
        several = question.kind is QuestionKind.MULTIPLE
        declared = next(item.iter(f"{space}qti-response-declaration")).get("cardinality")
        assert declared == ("multiple" if several else "single")
        shares = {one.get("map-key") for one in item.iter(f"{space}qti-map-entry")}
        assert shares == (question.right if several else set())


def test_a_translation_is_stale_once_its_source_says_something_else():
    options = (Option("a", True, {"en": "Yes", "sw": "Ndiyo"}), Option("b", False, {"en": "No"}))
    question = BankQuestion(QuestionKind.SINGLE, "en", {"en": "Who?", "sw": "Nani?"}, options)
    assert question.languages == ("en",)
    whole = BankQuestion(
        QuestionKind.SINGLE,
        "en",
        question.texts,
        (options[0], Option("b", False, {"en": "No", "sw": "La"})),
    )
    made_from = {"sw": source_digest(whole)}
    assert (whole.languages, stale_languages(whole, made_from)) == (("en", "sw"), ())
    changed = BankQuestion(QuestionKind.SINGLE, "en", {"en": "Whom?", "sw": "Nani?"}, whole.options)
    assert stale_languages(changed, made_from) == ("sw",)


def test_the_child_reads_what_was_written_and_says_why_it_does_not(app):
    chance = random.Random(7)
    file = written_bank("Bank", [_question(chance) for _ in range(20)], SCALE)
    assert len(read_bank(file, "en").questions) == 20
    assert read_moodle(file, "en") == read_bank(file, "en")
    assert read_moodle(MOODLE.encode(), "sw") == read_bank(MOODLE.encode(), "sw")
    with pytest.raises(UnreadableBank) as refused:
        read_moodle(BOMB.encode(), "en")
    assert refused.value.reason == "doctype"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"questions": [], "left_out": [1]}',
        b'{"left_out": [], "questions": [{"kind": "scale", "language": "en", "texts": {}}]}',
        b'{"left_out": [], "questions": [{"kind": "scale", "language": "en", "texts": {"en": 7}}]}',
        json.dumps({"questions": [], "left_out": [["a", "b"]] * (MOST_QUESTIONS + 1)}).encode(),
    ],
)
def test_a_child_that_was_taken_over_brings_nothing_in(answer):
    with pytest.raises(UnreadableBank):
        bank_told(answer)


def test_a_wrong_choice_among_several_takes_off_what_a_right_one_gives():
    options = tuple(
        Option(key, key in "ab", {"en": f"Answer {key}"}) for key in ("a", "b", "c", "d")
    )
    for right, share in (({"a", "b"}, "0.50000"), (set(), "1.00000")):
        some = tuple(replace(one, right=one.key in right) for one in options)
        question = BankQuestion(QuestionKind.MULTIPLE, "en", {"en": "Which?"}, some)
        with ZipFile(io.BytesIO(written_package([question], ("True", "False"), SCALE))) as package:
            (name,) = (one for one in package.namelist() if one != "imsmanifest.xml")
            item = ElementTree.fromstring(package.read(name))
        mapping = next(item.iter("{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}qti-mapping"))
        assert mapping.get("default-value") == f"-{share}"
        assert [one.get("mapped-value") for one in mapping] == [share] * len(right)
