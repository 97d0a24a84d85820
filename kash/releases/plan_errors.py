"""The errors of plans, each with a sentence for the person who meets it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem
from kash.releases.plan_words import refusal_sentence
from kash.releases.rules.promise import PlanFlaw, PlanRefusal

_FIELDS = {PlanFlaw.DIE: "die", PlanFlaw.SHAPE: "die"}


class PlanRefused(Problem):
    """A plan that would not keep the promise."""

    status = 422

    def __init__(self, refused: Sequence[PlanRefusal]) -> None:
        super().__init__(" ".join(dict.fromkeys(refusal_sentence(one) for one in refused)))
        first = refused[0]
        self.refused = tuple(refused)
        part = _FIELDS.get(first.flaw, "every")
        self.field = f"{first.key}_{part}" if first.key else ""


class WrongFreezeDay(Problem):
    """A freeze day outside its quarter, over already, or left out between others."""

    status = 422
    sentence = _l(
        "Choose a day of this quarter that is still to come. Only quarters before the first one"
        " that is printed may be left empty."
    )

    def __init__(self, quarter: int) -> None:
        super().__init__()
        self.field = f"day_{quarter}"


class PlanWaits(Problem):
    """A second plan for a year of which one waits, or was approved."""

    field = "year"
    sentence = _l("This year has a plan already, approved or waiting for approval.")


class FreezeDayOver(Problem):
    """Approval on or after the first freeze day, when somebody may know what will be counted."""

    sentence = _l(
        "Its first day is here or over. A plan is approved before, while nobody can know what will"
        " be counted: send it back, so that it begins with the next window."
    )
