"""Tracks of two people who turn out to be one."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.people.erasure import GOES, stays
from kash.people.references import Reference, Row, joined
from kash.people.undo_log import RowChanges, table_of
from kash.tracks.models import SeenFact, SupervisionVisit

_FACT = "seen_fact.person_id"
_ENROLMENT = "track_enrolment.person_id"
_BADGE = "track_badge.person_id"
_VISIT = "supervision_visit.person_id"
_ONE_A_DAY = ("kind", "about", "day")
_OF_A_FACT = (
    "amount",
    "until",
    "seen_by",
    "entered_by",
    "entered_at",
    "withdrawn_at",
    "withdrawn_by",
    "withdrawn_because",
)


def better_fact(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the fact of who is kept, so that of two about one thing on one day the better
    stands: what was withdrawn never hides what was not."""

    def worth(row: Row) -> tuple[bool, int]:
        return row["withdrawn_at"] is None, row["amount"]

    return {name: gone[name] for name in _OF_A_FACT} if worth(gone) > worth(kept) else {}


def earlier_badge(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the badge of who is kept, so that of two the one that was earned first stands."""
    if kept["earned_on"] <= gone["earned_on"]:
        return {}
    return {name: gone[name] for name in ("version_id", "earned_on", "given_at")}


def move_visits(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Visits go along; where both have a fact of one day, which becomes one, theirs is the one that
    stays."""
    facts, visits = table_of(SeenFact), table_of(SupervisionVisit)
    of_both = row_changes.rows(facts, facts.c.person_id.in_((kept, gone)))
    stays = {_thing(row): row["id"] for row in of_both if row["person_id"] == kept}
    for row in of_both:
        if row["person_id"] == gone and _thing(row) in stays:
            there = {"fact_id": stays[_thing(row)]}
            row_changes.update(visits, visits.c.fact_id == row["id"], there)
    row_changes.update(visits, visits.c.person_id == gone, {"person_id": kept})


def _thing(fact: Row) -> tuple[Any, ...]:
    return tuple(fact[name] for name in _ONE_A_DAY)


REFERENCES = (
    # Before the facts: of two that become one the other row goes.
    Reference(
        _VISIT,
        _l("Visits of supervision"),
        move_visits,
        # A visit is counted as the work of who made it.
        erased=stays(note_sealed=None, withdrawn_because="", observed={}),
    ),
    Reference(
        _FACT,
        _l("Facts for tracks"),
        joined(_FACT, _ONE_A_DAY, better_fact),
        erased=GOES,
    ),
    Reference(
        _BADGE,
        _l("Badges of tracks"),
        joined(_BADGE, ("track_id",), earlier_badge),
        erased=GOES,
    ),
    # She stays on the version of who is kept.
    Reference(
        _ENROLMENT,
        _l("Tracks"),
        joined(_ENROLMENT, ("track_id",), lambda _k, _g: {}),
        erased=GOES,
    ),
)
