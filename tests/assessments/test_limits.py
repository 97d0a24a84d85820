"""Files that other programmes read, to the letter, and limits of tests at their last value."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from kash.assessments.rules.bank import (
    BankQuestion,
    UnreadableBank,
    sheet_questions,
    source_digest,
    true_false,
    written_bank,
    written_package,
)
from kash.assessments.rules.results import (
    ARRIVES_WITHIN,
    GRACE,
    NOT_SURE,
    AnsweringState,
    Gain,
    Given,
    Option,
    QuestionKind,
    follow_up_days,
    gain_of,
    given_moment,
    is_late,
    read_score,
    replaces,
    stand_of,
    written_score,
)
from tests.limits import holds_to

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SCALE = ("Not at all", "A little", "Partly", "Mostly", "Fully & wholly")


def _asked(kind: QuestionKind, options: tuple[Option, ...] = (), lineage: str = "") -> BankQuestion:
    return BankQuestion(kind, "en", {"en": f"{kind}?", "sw": "?"}, options, lineage=lineage)


BANK = (
    _asked(
        QuestionKind.SINGLE,
        (Option("a", False, {"en": "No"}), Option("c", True, {"en": "Yes"})),
        "q" * 16,
    ),
    _asked(
        QuestionKind.MULTIPLE,
        (Option("a", True, {"en": "One"}), Option("b", True, {}), Option("c", False, {"en": "3"})),
    ),
    _asked(QuestionKind.TRUE_FALSE, true_false(False)),
    _asked(QuestionKind.SCALE),
    _asked(QuestionKind.SHORT_TEXT),
)
_HEAD = (
    '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{id}"'
    ' title="{number}" xml:lang="en" adaptive="false" time-dependent="false">'
)
_SCORE = (
    '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
    "<qti-item-body>"
)
_ASKED = '<qti-choice-interaction response-identifier="RESPONSE" max-choices="{most}"><qti-prompt>'
_END = (
    "</qti-item-body><qti-response-processing"
    ' template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{how}.xml"/>'
    "</qti-assessment-item>"
)
_OPEN = (
    '<qti-response-declaration identifier="RESPONSE" cardinality="{many}" base-type="{type}"{end}'
)


def _choices(**texts: str) -> str:
    told = "".join(
        f'<qti-simple-choice identifier="{key}">{text}</qti-simple-choice>'
        for key, text in texts.items()
    )
    return f"</qti-prompt>{told}</qti-choice-interaction>"


def _right(*keys: str) -> str:
    values = "".join(f"<qti-value>{key}</qti-value>" for key in keys)
    return f"<qti-correct-response>{values}</qti-correct-response>"


ITEMS = [
    _HEAD.format(id="q" * 16, number=1)
    + _OPEN.format(many="single", type="identifier", end=">")
    + _right("c")
    + "</qti-response-declaration>"
    + _SCORE
    + _ASKED.format(most=1)
    + "single?"
    + _choices(a="No", c="Yes")
    + _END.format(how="match_correct"),
    _HEAD.format(id="question-002", number=2)
    + _OPEN.format(many="multiple", type="identifier", end=">")
    + _right("a", "b")
    + '<qti-mapping lower-bound="0" default-value="-0.50000">'
    + '<qti-map-entry map-key="a" mapped-value="0.50000"/>'
    + '<qti-map-entry map-key="b" mapped-value="0.50000"/></qti-mapping>'
    + "</qti-response-declaration>"
    + _SCORE
    + _ASKED.format(most=0)
    + "multiple?"
    + _choices(a="One", b="B", c="3")
    + _END.format(how="map_response"),
    _HEAD.format(id="question-003", number=3)
    + _OPEN.format(many="single", type="identifier", end=">")
    + _right("f")
    + "</qti-response-declaration>"
    + _SCORE
    + _ASKED.format(most=1)
    + "true_false?"
    + _choices(t="Kweli", f="Si kweli")
    + _END.format(how="match_correct"),
    _HEAD.format(id="question-004", number=4)
    + _OPEN.format(many="single", type="identifier", end="/>")
    + _SCORE
    + _ASKED.format(most=1)
    + "scale?"
    + _choices(p1="Not at all", p2="A little", p3="Partly", p4="Mostly", p5="Fully &amp; wholly")
    + "</qti-item-body></qti-assessment-item>",
    _HEAD.format(id="question-005", number=5)
    + _OPEN.format(many="single", type="string", end="/>")
    + _SCORE
    + '<qti-extended-text-interaction response-identifier="RESPONSE"><qti-prompt>short_text?'
    + "</qti-prompt></qti-extended-text-interaction></qti-item-body></qti-assessment-item>",
]


def test_each_kind_of_question_is_an_item_that_other_programmes_can_score():
    package = ZipFile(io.BytesIO(written_package(BANK, ("Kweli", "Si kweli"), SCALE)))
    names = [f"items/question-{number:03d}.xml" for number in range(1, 6)]
    assert package.namelist() == [*names, "imsmanifest.xml"]
    for name, item in zip(names, ITEMS, strict=True):
        written = package.read(name).decode()
        assert written.startswith("<?xml version='1.0' encoding='utf-8'?>\n")
        assert ElementTree.canonicalize(written) == ElementTree.canonicalize(item)
    resources = "".join(
        f'<resource identifier="question-{number:03d}" type="imsqti_item_xmlv3p0" href="{name}">'
        f'<file href="{name}"/></resource>'
        for number, name in enumerate(names, start=1)
    )
    assert ElementTree.canonicalize(package.read("imsmanifest.xml").decode()) == (
        ElementTree.canonicalize(
            '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"'
            ' identifier="bank"><metadata><schema>QTI Package</schema>'
            "<schemaversion>3.0.0</schemaversion></metadata><organizations/>"
            f"<resources>{resources}</resources></manifest>"
        )
    )


def test_moodle_is_told_of_each_kind_how_it_is_answered():
    quiz = ElementTree.fromstring(written_bank("Rights/law", BANK, SCALE))
    path, *questions = quiz
    assert path.findtext("category/text") == "$course$/top/Rights//law"
    told = [
        (
            one.get("type"),
            one.findtext("single"),
            [(answer.get("fraction"), answer.findtext("text")) for answer in one.findall("answer")],
        )
        for one in questions
    ]
    words = [*SCALE[:-1], "Fully &amp; wholly"]
    assert [(kind, single, len(answers)) for kind, single, answers in told] == [
        ("multichoice", "true", 2),
        ("multichoice", "false", 3),
        ("truefalse", None, 2),
        ("multichoice", "true", 5),
        ("essay", None, 0),
    ]
    assert [float(fraction or 0) for fraction, _text in told[0][2]] == [0, 100]
    assert [float(fraction or 0) for fraction, _text in told[1][2]] == [50, 50, -50]
    assert [(float(fraction or 0), text) for fraction, text in told[2][2]] == [
        (0, "true"),
        (100, "false"),
    ]
    assert [text for _fraction, text in told[3][2]] == words
    assert {one.findtext("defaultgrade") for one in questions} == {"1"}
    assert questions[0].findtext("idnumber") == "q" * 16
    assert UnreadableBank("doctype").args == ("doctype",)


def test_translations_are_made_from_the_words_of_question_and_choices():
    told = hashlib.sha256(b"single?\x1fNo\x1fYes").hexdigest()
    assert source_digest(BANK[0]) == told[:16]


def test_rows_of_a_sheet_are_those_with_two_to_five_bubbles():
    def choices(many: int) -> BankQuestion:
        options = (Option(f"k{at}", not at, {"en": str(at)}) for at in range(many))
        return _asked(QuestionKind.SINGLE, tuple(options))

    asked = [BANK[4], choices(4), choices(5), BANK[3], choices(1)]
    rows = sheet_questions([(str(at), one) for at, one in enumerate(asked)])
    assert [(row.number, row.asked, row.keys, row.labels) for row in rows] == [
        (2, "1", ("k0", "k1", "k2", "k3", NOT_SURE), ("A", "B", "C", "D", NOT_SURE)),
        (4, "3", ("1", "2", "3", "4", "5"), ("1", "2", "3", "4", "5")),
        (5, "4", ("k0", NOT_SURE), ("A", NOT_SURE)),
    ]
    assert [row.several for row in sheet_questions([("m", BANK[1]), ("s", BANK[0])])] == [
        True,
        False,
    ]
    assert rows[0].chosen([1]) == ("k1",)
    assert rows[0].chosen([1, 2]) is None
    assert rows[0].letters(("k1", "k3")) == "BD"


def test_scores_are_tenths_of_a_per_cent():
    assert [read_score(text) for text in ("100", "100.1", "87,5 %", "9.05")] == [
        1000,
        None,
        875,
        None,
    ]
    assert [written_score(tenths) for tenths in (900, 901, 5)] == ["90", "90.1", "0.5"]


def test_everybody_knew_only_where_somebody_was_asked():
    assert gain_of({"a": 100}, {"a": 100}).everybody_knew
    assert not gain_of({}, {}).everybody_knew
    assert not gain_of({"a": 90}, {"a": 100}).everybody_knew
    assert Gain(1).everybody_knew


def test_a_test_stands_open_from_its_first_moment_to_its_last():
    opens, closes = NOW, NOW + timedelta(hours=1)
    for now, stand in (
        (opens - SECOND, AnsweringState.NOT_OPENED),
        (opens, AnsweringState.OPEN),
        (closes - SECOND, AnsweringState.OPEN),
        (closes, AnsweringState.CLOSED),
    ):
        assert stand_of(opens, closes, now) is stand
    assert stand_of(None, closes, NOW) is stand_of(opens, None, NOW) is AnsweringState.NOT_OPENED


def test_an_answer_counts_within_a_minute_and_for_two_days_on_its_way():
    opens, closes = NOW, NOW + timedelta(hours=1)
    arrives = closes + ARRIVES_WITHIN
    assert (timedelta(minutes=1), timedelta(hours=48)) == (GRACE, ARRIVES_WITHIN)
    assert holds_to(lambda at: is_late(at, opens, closes, arrives), opens - GRACE - SECOND, SECOND)
    assert holds_to(lambda at: not is_late(at, opens, closes, arrives), closes + GRACE, SECOND)
    assert holds_to(lambda at: not is_late(opens, opens, closes, at), arrives, SECOND)
    assert is_late(NOW, None, closes, NOW)
    assert is_late(NOW, opens, None, NOW)


def test_a_phone_is_believed_how_long_ago_and_never_a_moment_to_come():
    sent = NOW - timedelta(days=3000)
    assert given_moment(sent - timedelta(minutes=5), sent, NOW) == NOW - timedelta(minutes=5)
    assert given_moment(sent + timedelta(minutes=5), sent, NOW) == NOW


def test_the_answer_given_last_stands_and_the_same_one_replaces_nothing():
    standing = Given(NOW, "b")
    assert replaces(standing, None)
    assert [op for op in "abc" if replaces(Given(NOW, op), standing)] == ["c"]
    assert replaces(Given(NOW + SECOND, "a"), standing)


def test_questions_come_again_between_a_quarter_and_half_a_year():
    assert follow_up_days(date(2026, 11, 20)) == (date(2026, 5, 24), date(2026, 8, 27))


@pytest.mark.parametrize("language", ["sw", "luo"])
def test_a_question_is_whole_only_with_all_its_choices(language):
    options = (
        Option("a", True, {"en": "A", "sw": "A"}),
        Option("b", False, {"en": "B", "sw": " "}),
    )
    assert not _asked(QuestionKind.SINGLE, options).is_whole(language)
    assert _asked(QuestionKind.SHORT_TEXT).is_whole(language) is (language == "sw")
