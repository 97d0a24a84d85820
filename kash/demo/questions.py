"""Questions of the sample's first course."""

from __future__ import annotations

from dataclasses import replace

from kash.assessments.rules.bank import BankQuestion, true_false
from kash.assessments.rules.scoring import Kind, Option
from kash.assessments.services.bank import add_question
from kash.demo.accounts import TRAINER
from kash.policy import Actor
from kash.training.queries import objectives_of, version_with_plans


def _choices(*texts: tuple[str, str]) -> tuple[Option, ...]:
    """Choices in English and Kiswahili, the first of which is right."""
    return tuple(
        Option(key, at == 0, {"en": english, "sw": swahili})
        for at, (key, (english, swahili)) in enumerate(zip("abcd", texts, strict=False))
    )


QUESTIONS = (
    BankQuestion(
        Kind.SINGLE,
        "en",
        {
            "en": "Somebody was arrested on a Monday morning. By when must she be before a court?",
            "sw": "Mtu alikamatwa Jumatatu asubuhi. Lazima afikishwe mahakamani kabla ya lini?",
        },
        _choices(
            ("Within 24 hours", "Ndani ya saa 24"),
            ("Within a week", "Ndani ya wiki moja"),
            ("When the file is complete", "Faili inapokamilika"),
        ),
    ),
    BankQuestion(
        Kind.TRUE_FALSE,
        "en",
        {
            "en": "Condoms that somebody carries prove an offence.",
            "sw": "Kondomu ambazo mtu amebeba zinathibitisha kosa.",
        },
        true_false(False),
    ),
    BankQuestion(
        Kind.SINGLE,
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
        Kind.MULTIPLE,
        "en",
        {
            "en": "What must somebody be told when she is arrested?",
            "sw": "Mtu lazima aambiwe nini anapokamatwa?",
        },
        (
            Option("a", True, {"en": "Why she is arrested", "sw": "Sababu ya kukamatwa"}),
            Option(
                "b", True, {"en": "That she may remain silent", "sw": "Kwamba anaweza kunyamaza"}
            ),
            Option(
                "c",
                False,
                {"en": "What bail will cost her", "sw": "Dhamana itamgharimu kiasi gani"},
            ),
        ),
    ),
    BankQuestion(
        Kind.TRUE_FALSE,
        "en",
        {
            "en": "A station must take a report from whoever comes, whatever her work is.",
            "sw": "Kituo lazima kipokee ripoti ya yeyote anayekuja, kazi yake iwe ipi.",
        },
        true_false(True),
    ),
    BankQuestion(
        Kind.SINGLE,
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
        Kind.SCALE,
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
    """Write the questions of the course of a version, tied to its objectives."""
    course = version_with_plans(version).course.public_id
    objectives = objectives_of(course, "en")
    for question in QUESTIONS:
        words = next((_ABOUT[start] for start in _ABOUT if question.text.startswith(start)), None)
        about = next((one.lineage for one in objectives if words and words in one.text), "")
        add_question(course, replace(question, objective=about), actors[TRAINER.key])
