"""The form of the programme's rules for clashes."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.clashes.rules.kinds import (
    ClashKind,
    ClashRules,
    SafetyLimits,
    Weight,
    possible_weights,
)
from kash.clashes.words import KIND, REASON, WEIGHT
from kash.platform.web import KashForm
from kash.platform.web.forms import TimeOfDayField, choice_field, required, whole_number_field

EARLIEST_HOME = time(12, 0)


def _weight(kind: ClashKind) -> Any:
    return choice_field(
        KIND[kind],
        [(str(one), WEIGHT[one]) for one in possible_weights(kind)],
        description=REASON[kind],
    )


class RulesForm(KashForm):
    """Weights of all kinds, and the limits of safety."""

    trainer = _weight(ClashKind.TRAINER)
    travel = _weight(ClashKind.TRAVEL)
    absence = _weight(ClashKind.ABSENCE)
    teaching_days = _weight(ClashKind.TEACHING_DAYS)
    venue = _weight(ClashKind.VENUE)
    block = _weight(ClashKind.BLOCK)
    seats = _weight(ClashKind.SEATS)
    holiday = _weight(ClashKind.HOLIDAY)
    people = _weight(ClashKind.PEOPLE)
    door = _weight(ClashKind.DOOR)
    door_minutes = whole_number_field(_l("Minutes between police and community"), least=0, most=480)
    pattern = _weight(ClashKind.PATTERN)
    times = whole_number_field(
        _l("Times running that make a habit"),
        least=2,
        most=12,
        description=_l("Each at most five weeks after the one before."),
    )
    late = _weight(ClashKind.LATE)
    home_by = TimeOfDayField(
        _l("Everybody is home by"),
        validators=[required()],
        description=_l(
            "The end, plus the longest way home by the minutes between zones, as far as they were"
            " typed in."
        ),
    )

    def check_together(self) -> None:
        """Also: nobody need be home by noon."""
        clock = self.home_by.data
        if clock is not None and clock < EARLIEST_HOME and not self.home_by.errors:
            self.mark_wrong(self.home_by, _("Use a time in the afternoon or the evening."))

    @property
    def wanted(self) -> ClashRules:
        """The rules as entered."""
        clock = self.home_by.data or time(18, 30)
        return ClashRules(
            {kind: Weight(self[str(kind)].data) for kind in ClashKind},
            SafetyLimits(
                self.door_minutes.data or 0,
                clock.hour * 60 + clock.minute,
                self.times.data or SafetyLimits().times,
            ),
        )


def as_entered(rules: ClashRules) -> dict[str, Any]:
    """Rules as the form shows them."""
    limits = rules.limits
    return {
        **{str(kind): str(rules.weight(kind)) for kind in ClashKind},
        "door_minutes": limits.door_minutes,
        "times": limits.times,
        "home_by": time(limits.home_by // 60, limits.home_by % 60),
    }
