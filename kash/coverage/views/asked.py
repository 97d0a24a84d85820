"""Requests of pages of coverage: of which subject, for which people, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext as _

from kash.coverage.queries.figures import Coverage, coverage_now
from kash.coverage.queries.goals import Goal, area_choices, goal_of, latest_goal
from kash.coverage.queries.stations import all_groups, cadres
from kash.coverage.queries.subjects import Subject, subjects
from kash.coverage.words import subject_word
from kash.people.models import Group
from kash.platform.web import Listing, current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.lists import ROWS, asked_for

Row = TypeVar("Row")


@dataclass(frozen=True)
class CoverageRequest:
    """Request of a page, and what could be asked for. The subject and the group are the first ones
    unless the address says another that is there."""

    subject: Subject
    subjects: Sequence[Subject]
    group: Group
    groups: Sequence[Group]
    goal: Goal
    today: date
    cadre: str
    cadres: Sequence[str]
    area: str

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments of an address of another page about the same."""
        given = {
            "of": self.subject.code,
            "group": self.group.letter,
            "cadre": self.cadre,
            "area": self.area,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def subject_choices(self) -> list[tuple[str, str]]:
        """The subjects as a list offers them."""
        return [(one.code, subject_word(one)) for one in self.subjects]

    @property
    def cadre_choices(self) -> list[tuple[str, str]]:
        """The ranks or roles of the group."""
        return [("", _("Any")), *((one, one) for one in self.cadres)]

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        """The zones; one query."""
        return [("", _("All areas")), *area_choices()]

    def coverage(self) -> Coverage:
        """Coverage as asked for."""
        return coverage_now(
            self.subject, self.group, self.goal, self.today, cadre=self.cadre, area=self.area
        )


def what_is_asked() -> CoverageRequest | None:
    """Request that the address makes; None while there is no track, certificate or group. Five
    queries."""
    offered, groups = subjects(), all_groups()
    if not offered or not groups:
        return None
    code, letter = request.args.get("of", ""), request.args.get("group", "")
    group = next((one for one in groups if one.letter == letter), groups[0])
    known, cadre = cadres(current_actor(), group.id), request.args.get("cadre", "")
    return CoverageRequest(
        next((one for one in offered if one.code == code), offered[0]),
        offered,
        group,
        groups,
        goal_of(latest_goal()),
        local_today(),
        cadre if cadre in known else "",
        known,
        request.args.get("area", "")[:16],
    )


def sorted_page(
    rows: Sequence[Row],
    sorts: Mapping[str, Callable[[Row], Any]],
    default: str,
    direction: str = "asc",
) -> Listing[Row]:
    """The page of rows held in memory that the request asks for, in its order. Rows that are equal
    stay in theirs."""
    asked = asked_for(sorts, default, direction)
    ordered = sorted(rows, key=sorts[asked.sort], reverse=asked.direction == "desc")
    pages = max(1, -(-len(ordered) // ROWS))
    number = min(asked.page, pages)
    shown = ordered[(number - 1) * ROWS : number * ROWS]
    return Listing(shown, number, pages, len(ordered), asked.sort, asked.direction)
