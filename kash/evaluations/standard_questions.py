"""Standard questions of a day and of a workshop, which a trainer may change before opening."""

from __future__ import annotations

from dataclasses import dataclass

from kash.evaluations.rules.answers import BallotQuestionKind

Texts = dict[str, str]


@dataclass(frozen=True)
class StandardQuestion:
    """A question in the words of each language."""

    kind: BallotQuestionKind
    texts: Texts
    options: tuple[Texts, ...] = ()


def _scale(en: str, sw: str) -> StandardQuestion:
    return StandardQuestion(BallotQuestionKind.SCALE, {"en": en, "sw": sw})


def _comment(en: str, sw: str) -> StandardQuestion:
    return StandardQuestion(BallotQuestionKind.COMMENT, {"en": en, "sw": sw})


def _choice(en: str, sw: str, *options: tuple[str, str]) -> StandardQuestion:
    return StandardQuestion(
        BallotQuestionKind.CHOICE,
        {"en": en, "sw": sw},
        tuple({"en": in_en, "sw": in_sw} for in_en, in_sw in options),
    )


_SAFE = _scale("I felt safe to say what I think.", "Nilijisikia salama kusema ninachofikiri.")

OF_A_DAY = (
    _scale("Today was worth my time.", "Siku ya leo ilistahili muda wangu."),
    _scale("I could follow what was said.", "Niliweza kufuata yaliyosemwa."),
    _SAFE,
    _choice(
        "The pace today was",
        "Kasi ya leo ilikuwa",
        ("too slow", "polepole mno"),
        ("right", "sawa"),
        ("too fast", "haraka mno"),
    ),
    _comment("What should be different tomorrow?", "Nini kiwe tofauti kesho?"),
)

OF_A_WORKSHOP = (
    _scale("I will use what I learned here.", "Nitatumia niliyojifunza hapa."),
    _scale("Everybody here was treated with respect.", "Kila mtu hapa aliheshimiwa."),
    _SAFE,
    _scale(
        "The trainers knew their subject and listened.",
        "Wakufunzi walijua somo lao na walisikiliza.",
    ),
    _choice(
        "The workshop was",
        "Warsha ilikuwa",
        ("too short", "fupi mno"),
        ("right", "ya urefu unaofaa"),
        ("too long", "ndefu mno"),
    ),
    _choice(
        "Venue, food and transport were",
        "Ukumbi, chakula na usafiri vilikuwa",
        ("good", "vizuri"),
        ("bearable", "vya kuvumilika"),
        ("bad", "vibaya"),
    ),
    _comment("What helped you most?", "Nini kilikusaidia zaidi?"),
    _comment("What should we change?", "Tubadilishe nini?"),
)
