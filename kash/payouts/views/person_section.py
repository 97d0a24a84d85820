"""Payouts on the page of a person."""

from __future__ import annotations

from flask import url_for

from kash.payouts.queries.lists import payouts_of_person
from kash.payouts.wording import STATE, STATE_TONE
from kash.people.sections import SectionRow
from kash.platform.web.formats import day_text, money_text
from kash.policy import Actor, Reach


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
        for one in payouts_of_person(person_id, actor)
    ]
