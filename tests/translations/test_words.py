"""Words that people know: the same ones everywhere, in English and in Kiswahili."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.translations.test_catalogue import ROOT, pairs

# English term: the one Kiswahili word that it is given, and nothing else.
GLOSSARY = {
    r"actions?": r"kazi",
    r"administrators?": r"msimamizi|wasimamizi",
    r"audit trail": r"kumbukumbu ya ukaguzi",
    r"batch(es)?": r"fungu|mafungu",
    r"certificates?": r"cheti|vyeti",
    r"collectives?": r"muungano|miungano",
    r"columns?": r"safu",
    r"consents?": r"ridhaa",
    r"custodians?": r"mtunza taarifa|watunza taarifa",
    r"dice": r"kete",
    r"directors?": r"mkurugenzi|wakurugenzi",
    r"documentation officers?": r"afisa wa nyaraka|maafisa wa nyaraka",
    r"forums?": r"jukwaa|majukwaa",
    r"groups?": r"kikundi|vikundi",
    r"items?": r"hoja|ajenda",
    r"mediat(e|es|ion|or|ors)": r"\w*patanish\w*|upatanishi",
    r"mentors?": r"mshauri",
    r"passkeys?": r"(ufunguo|funguo)( \w+)? (wa|za) siri",
    r"passwords?": r"neno (\w+ )*la siri|maneno ya siri",
    r"peer educators?": r"mwelimishaji rika|waelimishaji rika",
    r"printed names?": r"(jina|majina)( \w+)? (la|ya)? ?kuchapwa|(jina|majina) kuchapwa",
    r"programme(?:'s)?": r"programu",
    r"refreshers?": r"kukumbush\w+",
    r"registers?": r"rejista",
    r"(?<!in a )rows?": r"mstari|mistari",
    r"sessions?": r"kipindi|vipindi",
    r"shelters?": r"makao",
    r"trainers?": r"mkufunzi|wakufunzi",
    r"vault": r"sanduku",
    r"waiting lists?": r"orodha (za|ya) kungoja",
    r"workshops?": r"warsha",
}
# Words that were here once, for something that has another word now.
GIVEN_UP = re.compile(
    r"\b(?:m|wa|u)suluhishi\b|\bafisa wa kumbukumbu\b|\bmtunzaji\b|\bhazina\b|\bm?a?baraza\b|"
    r"\bnamba\b|\w*shikiliw\w*|\bnenosiri\b|\bnywila\b|\bdadu\b|\bdaftari\b|"
    r"\bnguzo\b|\brejeleo\b|"
    r"\bnakala rudufu\b|\bmiradi\b|\bmradi (?:huu|wa|una|um|ut)",
    re.IGNORECASE,
)
# The term means something else here, or the sentence says it without the word.
OTHERWISE = {
    "A session ends after this time, or after %(num)s hour without a click.",
    "A session ends after this time, or after %(num)s hours without a click.",
    "Eight groups of four, from your recovery sheet.",
    "That session has ended.",
    "This is not a whole serial. It has 12 letters and digits, in three groups.",
    "Where the mediator can help. Nobody is asked about the station at which they serve.",
    "“%(given)s” spans several age groups: the age stays open.",
}


@pytest.fixture(scope="module")
def kiswahili():
    with (ROOT / "translations/sw/LC_MESSAGES/messages.po").open("rb") as lines:
        return read_po(lines, locale="sw", abort_invalid=True)


@pytest.mark.parametrize("term", sorted(GLOSSARY))
def test_a_thing_has_one_kiswahili_word(term, kiswahili):
    named = re.compile(rf"(?<![\w(]){term}(?![\w)])", re.IGNORECASE)
    word = re.compile(GLOSSARY[term], re.IGNORECASE)
    other = [
        (text, said)
        for entry in kiswahili
        if entry.id
        for text, said in pairs(entry)
        if named.search(text) and not word.search(said) and text not in OTHERWISE
    ]
    assert other == []


def test_no_second_kiswahili_word_has_come_back(kiswahili):
    assert [
        (text, said)
        for entry in kiswahili
        if entry.id
        for text, said in pairs(entry)
        if GIVEN_UP.search(said)
    ] == []


def test_nobody_who_prints_a_paper_reads_that_it_is_published(kiswahili):
    """Figures are published, by the day that was fixed; what is on paper is only printed."""
    assert {
        text
        for entry in kiswahili
        if entry.id
        for text, said in pairs(entry)
        if re.search(r"\bprint\b", text, re.IGNORECASE)
        and re.search(r"\w*chapish", said, re.IGNORECASE)
    } == {
        "Print the figures of the earlier day first.",
        "Print now",
        "Print the figures",
        "Printed once, they cannot be taken back. Print them now?",
    }


def test_no_second_kiswahili_word_stands_in_the_handbook_either():
    assert {
        (chapter.name, word)
        for chapter in (ROOT / "docs/sw").glob("*.md")
        for word in GIVEN_UP.findall(chapter.read_text(encoding="utf-8"))
        # In sentences this is a verb: "have not".
        if word.lower() != "hazina"
    } == set()


# What strangers did not understand: the word that stood there, and not the one that people know.
UNKNOWN = re.compile(
    r"\b[Tt]ake the table\b|\b[Tt]urn(?:ed)? (?:it )?back\b|\blying\b|\b[Ii]n all:|\bDue in all\b|"
    r"\b[Rr]uns? out\b|^Hold it again|^Plan it again|^Why again|^Why it is made again|^Find\b|"
    r"^Standing\b|^Done for: %\(done\)s\. Left|^Not sent$"
)


def test_everything_is_called_by_the_word_that_people_know(source):
    assert [message for message in source if UNKNOWN.search(message)] == []


def test_nobody_is_she_but_whom_a_report_is_about(source):
    """Officers, trainers, members and participants are of any gender."""
    assert [
        (message, file_name)
        for message, file_name in source.items()
        if re.search(r"\b(she|her|hers|herself)\b", message, re.IGNORECASE)
        and "incidents" not in Path(file_name).parts
    ] == []


# Fixed numbers of the programme, each above one; whoever makes one a choice makes a plural.
FIXED = {
    # The pad says minutes up to two hours, and hours up to two days.
    "%(count)s hours",
    "%(count)s days",
    "A workshop takes at most %(days)s days.",
    # Of one week or month the rule of a series says another sentence.
    "every %(count)s months on day %(day)s",
    "every %(count)s months on the %(which)s %(weekday)s",
    "every %(count)s months on the last day",
    "every %(count)s weeks on %(days)s",
    "People without an account see and download their own certificates for %(minutes)s minutes. "
    "The link works once, within %(days)s days.",
    "In 13 weeks, drills and reports: answered within %(minutes)s minutes %(in_time)s, later or "
    "not at all %(late)s.",
    "The button opens them on this device for %(minutes)s minutes. The link works once.",
    # Of one day nothing is said: any minute counts.
    "Counted is only who was there on at least %(least)s days of the workshop.",
    "This list has more than %(most)s people. Bring it in parts.",
    "Use at most %(most)s days.",
    "Nobody opened the queue after %(minutes)s minutes: the next officer.",
    "After %(minutes)s minutes: the directors.",
    "After %(minutes)s minutes: the other officers.",
}
COUNTED = re.compile(
    r"%\((?!num\))\w+\)s (?:people|names|rows|days|hours|minutes|weeks|months|years|seats|cards|"
    r"entries|payments|registers|sheets|pages|documents|sessions|certificates|accounts)\b"
)


def test_no_number_stands_before_many_when_it_may_be_one(source):
    assert {message for message in source if COUNTED.search(message)} == FIXED


def test_no_page_speaks_as_programmers_do(kiswahili):
    """Whoever agrees to what leaves must understand what she agrees to."""
    jargon = re.compile(r"\b(?:scopes?|push(?:es|ed|ing)?)\b|\bm?awanda\b|\bwanda\b", re.IGNORECASE)
    found = [
        text
        for entry in kiswahili
        if entry.id
        for pair in pairs(entry)
        for text in pair
        if jargon.search(text)
    ]
    assert found == []
