"""Additions of this room to the pages of rooms below it."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from kash.attendance.counts import register_count
from kash.payouts import queries
from kash.payouts.wording import (
    BASIS,
    LIST_STATE,
    LIST_TONE,
    MEANS,
    ROLE,
    STATE,
    STATE_TONE,
    units_text,
)
from kash.people.sections import SectionRow, register_section
from kash.policy import Actor, Reach
from kash.web.formats import day_text, money_text
from kash.workshops.tabs import register_tab


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The approved payments of a person for her page, if the actor may see them."""
    if not actor.may("payouts.see"):
        return None
    staff = actor.reach("payouts.see") is not Reach.SELF
    return [
        SectionRow(
            key=day_text(one.days[0]) if one.days else day_text(one.approved_at),
            key_small=str(one.days[0].year) if one.days else "",
            text=one.title,
            small=f"{one.currency} {money_text(one.cents)}",
            url=url_for("payouts.payout_list", public_id=one.workshop, list_id=one.list)
            if staff
            else "",
            tone=STATE_TONE[one.state],
            state=str(STATE[one.state]),
        )
        for one in queries.payouts_of_person(person_id, actor)
    ]


def join_other_rooms(app: Flask) -> None:
    """Put the room's tab on workshops, its part on people's pages, its count beside
    those of paper and marks, and its words into templates."""
    register_tab(app, _l("Payouts"), "payouts.workshop", "payouts.see", 60)
    register_section(_l("Payouts"), person_rows)
    register_count(_l("Payouts"), queries.paid_on)
    app.jinja_env.globals.update(
        payout_words={
            "role": ROLE,
            "basis": BASIS,
            "state": STATE,
            "state_tone": STATE_TONE,
            "list_state": LIST_STATE,
            "list_tone": LIST_TONE,
            "means": MEANS,
        }
    )
    app.jinja_env.filters.update(payout_units=units_text)
