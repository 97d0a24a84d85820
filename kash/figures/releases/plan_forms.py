"""Forms about what was printed. The forms of plans. Forms about figures that may have been printed
before the database was put back. The form of dice on a table. It changes nothing, so it is asked
by GET and carries no token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms import HiddenField as wtforms_HiddenField
from wtforms.validators import InputRequired, Optional

from kash.figures.releases.queries import EVERY, LINES
from kash.figures.releases.rules.tables import (
    EXAMPLE,
    KNOWN,
    MOST_SIDES,
    QUARTERS,
    SIDES,
    WHO,
    NoSuchFace,
    TablePlan,
    TableThrow,
    YearPlan,
    changed,
    faces_of,
)
from kash.figures.releases.rules.tables import thrown_on_table as on_table
from kash.figures.releases.services import PlanDetails, RecoveryDetails
from kash.platform.web import KashForm as web_KashForm
from kash.platform.web.fields import DayField, HiddenField
from kash.platform.web.forms import (
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm


class ReleaseNoteForm(KashForm):
    """A note beside a printed table."""

    text = long_text_field(
        _l("Note"),
        most=1000,
        required=True,
        description=_l("What is wrong with this table, in words, without digits."),
    )


_EVERY = [*((str(quarters), word) for quarters, word in EVERY.items()), ("", _l("Not at all"))]
_FLOORS = [(str(floor), str(floor)) for floor in (10, 15, 20, 25, 30)]


def _every() -> Any:
    return choice_field(_l("Printed"), _EVERY, required=False)


def _die() -> Any:
    return whole_number_field(_l("Sides of its dice"), least=2, most=MOST_SIDES)


def _floor() -> Any:
    return choice_field(_l("“Few” below"), _FLOORS)


def _day(quarter: int) -> Any:
    return DayField(_l("Quarter %(number)s", number=quarter), validators=[Optional()])


class BeginPlanForm(web_KashForm):
    """Year of a plan, and what the forum expects."""

    year = choice_field(_l("Year"), [])
    stated = whole_number_field(
        _l("Cases a month that the forum expects"),
        least=0,
        most=9999,
        required=False,
        description=_l("As a person of the forum would say it, never from the records."),
    )


class YearPlanForm(RowVersionForm):
    """Tables of a year, their dice and days, and what the forum said."""

    who_every = _every()
    who_die = _die()
    who_floor = _floor()
    mediation_every = _every()
    mediation_die = _die()
    mediation_floor = _floor()
    acts_every = _every()
    acts_die = _die()
    acts_floor = _floor()
    day_1 = _day(1)
    day_2 = _day(2)
    day_3 = _day(3)
    day_4 = _day(4)
    stated_figure = whole_number_field(
        _l("Cases a month that the forum expects"), least=0, most=9999, required=False
    )
    forum_decision = long_text_field(
        _l("Decision of the forum"),
        most=2000,
        description=_l(
            "When the forum spoke about this plan, and what it decided. Everybody reads it: no "
            "number from the records."
        ),
    )

    def details(self, before: YearPlan) -> PlanDetails:
        """The plan as entered; `before` has what no field asks for."""
        tables = [
            changed(
                before.table(key) or KNOWN[key],
                every=int(self[f"{key}_every"].data),
                edition=KNOWN[key].edition,
                die=self[f"{key}_die"].data,
                floor=int(self[f"{key}_floor"].data),
            )
            for key in KNOWN
            if self[f"{key}_every"].data
        ]
        days = [self[f"day_{quarter}"].data for quarter in range(1, QUARTERS + 1)]
        return PlanDetails(tables, days, self.stated_figure.data, self.forum_decision.data)


def as_entered(
    plan: YearPlan,
    days: Sequence[date | None],
    *,
    stated_figure: int | None,
    forum_decision: str = "",
    row_version: int = 0,
) -> dict[str, Any]:
    """A plan as its form shows it."""
    entered: dict[str, Any] = {
        "stated_figure": stated_figure,
        "forum_decision": forum_decision,
        "row_version": str(row_version),
        **{f"day_{quarter}": day for quarter, day in enumerate(days, 1)},
    }
    for key, usual in KNOWN.items():
        table = plan.table(key)
        shown: TablePlan = table or usual
        entered |= {
            f"{key}_every": str(table.every) if table else "",
            f"{key}_die": shown.die,
            f"{key}_floor": str(shown.floor),
        }
    return entered


class ApprovePlanForm(web_KashForm):
    """Digest of the plan that was read."""

    digest = HiddenField()


KINDS = {
    "code": _l("Minutes that were printed since show that it was not printed yet"),
    "never": _l("It was never printed: nobody saw these figures"),
    "printed": _l("It was printed: the figures are on paper, or somebody saw them"),
}


class SayForm(KashForm):
    """All that one person says of the day that waits."""

    day = wtforms_HiddenField()
    kind = radio_field(_l("What became of these figures?"), list(KINDS.items()))
    code = text_field(
        _l("Code of the audit trail on the last printed minutes"),
        most=24,
        required=False,
        description=_l("Only for the first answer: four times four characters, from the paper."),
    )
    reason = long_text_field(
        _l("How you know"),
        most=500,
        description=_l("For the second and the third answer. Name nobody."),
    )

    def details(self) -> RecoveryDetails:
        """All that is said."""
        return RecoveryDetails(self.kind.data, self.code.data, self.reason.data)

    def is_whole(self) -> bool:
        """True if it is valid, and the answer has what it needs; else the field says what is
        missing."""
        if not self.validate_on_submit():
            return False
        needed = self.code if self.kind.data == "code" else self.reason
        if not needed.data:
            self.mark_wrong(needed, _("This is needed for the answer that you chose."))
        return bool(needed.data)


class AgreeForm(KashForm):
    """Agreeing to what another said."""

    recovery = wtforms_HiddenField()
    code = text_field(
        _l("Code of the audit trail on your own copy of the minutes"),
        most=24,
        required=False,
        description=_l("Only where the first person gave a code."),
    )
    sure = BooleanField(
        _l("I know this myself, or asked those who were there"), validators=[InputRequired()]
    )


def _line(code: str) -> Any:
    return text_field(LINES[WHO, code], most=80, required=False, render_kw={"inputmode": "numeric"})


class DiceForm(web_KashForm):
    """Faces as they were rolled, for each line of the example."""

    sides = radio_field(
        _l("The die on your table"),
        [(str(sides), _l("%(sides)s sides", sides=sides)) for sides in SIDES],
        required=False,
        default="4",
    )
    police = _line("police")
    client = _line("client")
    other = _line("other")

    def __init__(self) -> None:
        super().__init__(request.args or None, meta={"csrf": False})

    def throws(self) -> dict[str, TableThrow]:
        """The lines of the example, with what was rolled so far; what is no face of the die is said
        beside its field."""
        sides = int(self.sides.data) if self.sides.data in map(str, SIDES) else SIDES[0]
        throws = {}
        for code, counted in EXAMPLE.items():
            throws[code] = TableThrow(counted)
            try:
                throws[code] = on_table(counted, faces_of(self[code].data or "", sides))
            except NoSuchFace:
                self.mark_wrong(
                    self[code], _("A die shows 1 to %(sides)s. Type one digit a roll.", sides=sides)
                )
        return throws
