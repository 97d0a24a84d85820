"""Questions of the sample's first course, and what people answered before and after workshops."""

from __future__ import annotations

import random
from dataclasses import replace

from sqlalchemy import select

from kash.assessments.queries.bank import bank_of
from kash.assessments.queries.practice import objectives_asked
from kash.assessments.queries.tests import one_test, participants, questions_of
from kash.assessments.rules.bank import BankQuestion, true_false
from kash.assessments.rules.practice import Often, Teller
from kash.assessments.rules.scoring import NOT_SURE, Option, QuestionKind
from kash.assessments.rules.times import Moment
from kash.assessments.services.answering import Entered, enter_answers
from kash.assessments.services.bank import add_question
from kash.assessments.services.practice import Telling, tell_practice
from kash.assessments.services.tests import make_test, open_for_phones
from kash.demo.accounts import TRAINER
from kash.platform.database import db
from kash.policy import Actor
from kash.training.queries import objectives_of, version_with_plans
from kash.workshops.models import Workshop


def _choices(*texts: tuple[str, str]) -> tuple[Option, ...]:
    """Choices in English and Kiswahili, the first of which is right."""
    return tuple(
        Option(key, at == 0, {"en": english, "sw": swahili})
        for at, (key, (english, swahili)) in enumerate(zip("abcd", texts, strict=False))
    )


QUESTIONS = (
    BankQuestion(
        QuestionKind.SINGLE,
        "en",
        {
            "en": "Somebody was arrested on a Monday morning. By when must a court hear it?",
            "sw": "Mtu alikamatwa Jumatatu asubuhi. Lazima afikishwe mahakamani kabla ya lini?",
        },
        _choices(
            ("Within 24 hours", "Ndani ya saa 24"),
            ("Within a week", "Ndani ya wiki moja"),
            ("When the file is complete", "Faili inapokamilika"),
        ),
    ),
    BankQuestion(
        QuestionKind.TRUE_FALSE,
        "en",
        {
            "en": "Condoms that somebody carries prove an offence.",
            "sw": "Kondomu ambazo mtu amebeba zinathibitisha kosa.",
        },
        true_false(False),
    ),
    BankQuestion(
        QuestionKind.SINGLE,
        "en",
        {
            "en": "Who may search a woman who was arrested?",
            "sw": "Nani anaweza kumpekua mwanamke aliyekamatwa?",
        },
        _choices(
            ("A woman, with decency", "Mwanamke, kwa staha"),
            ("Any officer on duty", "Afisa yeyote aliye kazini"),
            ("Nobody, at any time", "Hakuna mtu, wakati wowote"),
        ),
    ),
    BankQuestion(
        QuestionKind.MULTIPLE,
        "en",
        {
            "en": "What must somebody who is arrested be told?",
            "sw": "Mtu lazima aambiwe nini anapokamatwa?",
        },
        (
            Option("a", True, {"en": "Why they are arrested", "sw": "Sababu ya kukamatwa"}),
            Option(
                "b", True, {"en": "That they may remain silent", "sw": "Kwamba anaweza kunyamaza"}
            ),
            Option(
                "c",
                False,
                {"en": "What bail will cost", "sw": "Dhamana itamgharimu kiasi gani"},
            ),
        ),
    ),
    BankQuestion(
        QuestionKind.TRUE_FALSE,
        "en",
        {
            "en": "A station must take a report from whoever comes, whatever their work is.",
            "sw": "Kituo lazima kipokee ripoti ya yeyote anayekuja, kazi yake iwe ipi.",
        },
        true_false(True),
    ),
    BankQuestion(
        QuestionKind.SINGLE,
        "en",
        {
            "en": "After rape, within what time does medicine against HIV help?",
            "sw": "Baada ya ubakaji, dawa za kuzuia HIV husaidia ndani ya muda gani?",
        },
        _choices(
            ("72 hours, the sooner the better", "Saa 72, mapema iwezekanavyo"),
            ("Two weeks", "Wiki mbili"),
            ("One month", "Mwezi mmoja"),
        ),
    ),
    BankQuestion(
        QuestionKind.SCALE,
        "en",
        {
            "en": "I would call somebody of the other group if there was trouble tonight.",
            "sw": "Ningempigia mtu wa kundi lingine simu kukiwa na shida usiku huu.",
        },
    ),
)


# Beginnings of what is asked, and words of the objective that it is about.
_ABOUT = {
    "Somebody was arrested": "the limit of 24 hours",
    "Condoms": "carrying condoms",
    "Who may search": "rights of an arrested person",
    "What must somebody": "rights of an arrested person",
    "A station must": "what each means in a street",
    "After rape": "within 72 hours",
}


def write_questions(actors: dict[str, Actor], version: str) -> None:
    """Write the questions of a version's course in its language first, tied to its objectives."""
    found = version_with_plans(version)
    course, language = found.course.public_id, found.language
    objectives = objectives_of(course, language)
    for question in QUESTIONS:
        words = next((_ABOUT[start] for start in _ABOUT if question.text.startswith(start)), None)
        about = next((one.lineage for one in objectives if words and words in one.text), "")
        written = replace(question, objective=about, language=language)
        add_question(course, written, actors[TRAINER.key])


def hold_tests(actors: dict[str, Actor], workshops: list[str]) -> None:
    """Test the people of the first workshop before and after, and open a test in the one that is
    running."""
    by = actors[TRAINER.key]
    chance = random.Random(7)
    held, running = workshops[0], workshops[4]
    for moment, knows in ((Moment.BEFORE, 0.35), (Moment.AFTER, 0.75)):
        test = _make(held, moment, by)
        found = _workshop(held)
        asked = questions_of(one_test(found, test))
        people = participants(found)
        # Two were not there any more when the second test was written, and one came late.
        there = people[1:] if moment is Moment.BEFORE else people[:-2]
        entered = [
            Entered(one.person, question.public_id, _chosen(chance, value, knows))
            for one in there
            for question, value in asked
        ]
        enter_answers(held, test, entered, "paper", by)
    _tell_practice(held, by, chance)
    open_for_phones(running, _make(running, Moment.BEFORE, by), 60 * 24, by)


def _tell_practice(workshop: str, by: Actor, chance: random.Random) -> None:
    """Have some tell about practice themselves, and peers and the mentor about others."""
    found = _workshop(workshop)
    asked = objectives_asked(found)
    tellers = [Teller.HERSELF, Teller.HERSELF, Teller.PEER, Teller.MENTOR]
    for at, one in enumerate(participants(found)[:8]):
        teller = tellers[at % len(tellers)]
        often = {objective: chance.choice(list(Often)) for objective in asked}
        words = "Asks why before a bag is searched." if teller is Teller.PEER else ""
        tell_practice(workshop, one.entry, Telling(teller, often, words), by=by)


def _workshop(public_id: str) -> Workshop:
    return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()


def _make(workshop: str, moment: Moment, by: Actor) -> str:
    course = _workshop(workshop).version.course
    return make_test(workshop, moment, [row.public_id for row in bank_of(course)], by)


def _chosen(chance: random.Random, question: BankQuestion, knows: float) -> tuple[str, ...]:
    if question.kind is QuestionKind.SCALE:
        return (str(min(5, max(1, round(chance.gauss(1 + 4 * knows, 1))))),)
    if chance.random() < knows:
        return tuple(sorted(question.right))
    if chance.random() < 0.4:
        return (NOT_SURE,)
    return (chance.choice([key for key in question.keys if key not in question.right]),)
