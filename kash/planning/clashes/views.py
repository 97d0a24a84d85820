"""The form of the programme's rules for clashes. Columns of the list of clashes, where it is taken
away as a table. All clashes ahead. People of a workshop who are expected in two places. The
programme's rules for clashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from operator import attrgetter
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.people.rules.persons import one_group
from kash.planning.clashes import blueprint
from kash.planning.clashes.advice import address_of
from kash.planning.clashes.queries.checking import (
    clashes_ahead,
    events_of,
    latest_set,
    people_twice,
    rules_of,
    sets_made,
)
from kash.planning.clashes.queries.timetable import ClashNames, names_for
from kash.planning.clashes.rules import (
    SAFETY,
    Clash,
    ClashKind,
    ClashRules,
    SafetyLimits,
    Weight,
    possible_weights,
)
from kash.planning.clashes.services import set_rules
from kash.planning.clashes.words import KIND, REASON, WEIGHT, clock_text, sentence
from kash.platform.web import KashForm, current_actor, go, page
from kash.platform.web.fields import TimeOfDayField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, required, whole_number_field
from kash.platform.web.lists import FEWER_ROWS, paged
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow
from kash.workshops.queries.scope import workshop_with_people

EARLIEST_HOME = time(12, 0)


def _weight(kind: ClashKind) -> Any:
    return choice_field(
        KIND[kind],
        [(str(weight), WEIGHT[weight]) for weight in possible_weights(kind)],
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


# A clash, its sentence, and the titles of the events with their addresses.
ClashLine = tuple[Clash, str, Sequence[tuple[str, str]]]
CLASH_COLUMNS: Sequence[TableColumn[ClashLine]] = (
    TableColumn(_l("Day"), lambda line: line[0].day, "#date"),
    TableColumn(_l("Kind"), lambda line: KIND[line[0].kind], "#event+type"),
    TableColumn(_l("What stands in the way"), lambda line: line[1], "#description"),
    TableColumn(_l("Why that matters"), lambda line: REASON[line[0].kind], "#cause"),
    TableColumn(
        _l("Events"), lambda line: " · ".join(title for title, _to in line[2]), "#event+name"
    ),
)


@blueprint.get("")
@allow("clashes.see")
@offers_table("clashes")
def index() -> ResponseReturnValue:
    """Clashes from today on: of all workshops, or of one's own, and of one kind."""
    actor = current_actor()
    kind = _kind(request.args.get("kind", ""))
    mine = request.args.get("mine") == "1" and actor.may("workshops.edit")
    today = local_today()
    ahead = clashes_ahead(actor, today, kind=kind, mine=mine)
    listing = paged(ahead.clashes, per_page=FEWER_ROWS)
    events = events_of(listing, actor, today)
    names = names_for(listing, events)
    lines: list[ClashLine] = [
        (
            clash,
            sentence(clash, names),
            [
                (events[event].title, address_of(names, event))
                for event in clash.events
                if event in events
            ],
        )
        for clash in listing
    ]
    if is_taken():
        return taken(lines, CLASH_COLUMNS)
    return render_template(
        "clashes/index.html",
        listing=listing,
        lines=lines,
        counts=ahead.counts,
        kinds=KIND,
        reasons=REASON,
        safety=SAFETY,
        refused=ahead.rules.refused,
        chosen=kind,
        mine=mine,
        runs=actor.may("workshops.edit"),
    )


def _kind(text: str) -> ClashKind | None:
    return next((kind for kind in ClashKind if kind == text), None)


@blueprint.get("/workshops/<public_id>/people")
@allow("clashes.see")
def people(public_id: str) -> str:
    """People of a workshop who are expected elsewhere at the same time, one group at a time."""
    actor = current_actor()
    workshop = workshop_with_people(public_id, actor, "workshops.see")
    elsewhere, events = people_twice(workshop, actor)
    names = ClashNames(events=events)
    return render_template(
        "clashes/people.html",
        workshop=workshop,
        shown=one_group(elsewhere, attrgetter("letter"), request.args.get("group", "")),
        titles={key: event.title for key, event in events.items()},
        addresses={person.event: address_of(names, person.event) for person in elsewhere},
    )


_LIMITS = {ClashKind.DOOR: "door_minutes", ClashKind.PATTERN: "times", ClashKind.LATE: "home_by"}


@blueprint.route("/rules", methods=["GET", "POST"])
@allow("clashes.rule")
def rules() -> ResponseReturnValue:
    """Kinds of clashes that are told and that stand in the way, and the limits of safety."""
    form = RulesForm(data=as_entered(rules_of(latest_set())))
    if form.validate_on_submit():
        with form.showing_problems():
            set_rules(form.wanted, by=current_actor())
            return go("clashes.rules", _("Saved."))
    sets = sets_made()
    return page(
        "clashes/rules.html",
        form=form,
        usual=[kind for kind in ClashKind if kind not in SAFETY],
        safety=SAFETY,
        limits=_LIMITS,
        earlier=[
            (rule_set, _said(rule_set.weights), clock_text(rule_set.home_by)) for rule_set in sets
        ],
        names=names_of(rule_set.set_by for rule_set in sets),
    )


def _said(weights: dict[str, str]) -> list[tuple[str, str]]:
    """Kinds that were no warnings, with what they were: refused, or not looked for."""
    return [
        (str(KIND[kind]), weights[kind])
        for kind in ClashKind
        if weights.get(kind) in (Weight.ERROR, Weight.OFF)
    ]
