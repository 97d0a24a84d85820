"""What a case file for a lawyer may hold: of those only who agreed, and what was chosen of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from kash.incidents.rules.record import (
    Act,
    CashBail,
    Information,
    Party,
    Person,
    Record,
    Referral,
    Term,
)

PURPOSE = "court"


@dataclass(frozen=True)
class FileContents:
    """What goes onto the paper. `narrative`, `asked_for` and `wanted` are empty where they may not.

    What was asked for is never among `terms`, which are what was agreed.
    """

    persons: list[Person]
    acts: list[Act]
    parties: list[Party]
    information: list[Information]
    terms: list[Term]
    referrals: list[Referral]
    bail: list[CashBail]
    narrative: str
    asked_for: str
    wanted: list[str]


def who_agreed(record: Record) -> list[Person]:
    """The persons of a case whose consent covers a court file now."""
    return [one for one in record.persons if record.consents_to(PURPOSE, one.id)]


def may_print(record: Record) -> bool:
    """Whether a case file can be made at all: none of a case with somebody who is or may be under
    18, since nobody in it consents to one (`Record.consents_to`)."""
    return bool(who_agreed(record)) if record.persons else record.consents_to(PURPOSE)


def may_hold_narrative(record: Record, chosen: Collection[str]) -> bool:
    """Whether the narrative may be in a file about these persons.

    It was written about everybody in the case, so everybody in it must have agreed; those who are
    not chosen are still told of in it.
    """
    return record.consents_to(PURPOSE) and bool(set(chosen) or not record.persons)


def contents(record: Record, chosen: Collection[str], *, with_narrative: bool) -> FileContents:
    """What the file about these persons holds; whoever did not agree is left out whatever is asked.

    Acts stay if they were done to one of them; parties if they took part in such an act; terms and
    referrals if they are theirs, or nobody's in particular and everybody agreed.
    """
    persons = [one for one in who_agreed(record) if one.id in chosen]
    ids = {one.id for one in persons}
    everybody = record.consents_to(PURPOSE) and ids == {one.id for one in record.persons}
    acts = [
        act
        for act in record.acts
        if ids.intersection(act.persons) or (not act.persons and (ids or everybody))
    ]
    named = {party for act in acts for party in act.parties}
    if any(not act.parties for act in acts):
        named |= {party.id for party in record.parties}
    narrative = with_narrative and may_hold_narrative(record, ids)
    everyone = {one.id for one in record.persons}
    return FileContents(
        persons=persons,
        acts=[_about(act, ids, everybody=everybody, words=everybody or narrative) for act in acts],
        parties=[_without_note(one, everybody) for one in record.parties if one.id in named],
        information=list(record.information) if everybody else [],
        terms=[one for one in record.terms if _concerns(one, ids, everyone)],
        referrals=[
            one for one in record.referrals if one.person in ids or (everybody and not one.person)
        ],
        bail=[one for one in record.bail if one.person in ids or (everybody and not one.person)],
        narrative=record.narrative if narrative else "",
        asked_for=record.asked_for if narrative else "",
        wanted=list(record.wanted) if everybody else [],
    )


def _about(act: Act, ids: Collection[str], *, everybody: bool, words: bool) -> Act:
    # What is said of an act done to her alone is hers; of several, it may tell of another.
    hers = set(act.persons) <= set(ids) and bool(act.persons)
    whom = act.persons or ([] if everybody else sorted(ids))
    return act.model_copy(
        update={
            "persons": [one for one in whom if one in ids],
            "circumstances": act.circumstances if words or hers else "",
        }
    )


def _without_note(party: Party, everybody: bool) -> Party:
    return party if everybody else party.model_copy(update={"description": ""})


def _concerns(term: Term, ids: Collection[str], everyone: Collection[str]) -> bool:
    persons = {term.owed_by, term.owed_to} & set(everyone)
    return persons <= set(ids) if persons else set(ids) == set(everyone)
