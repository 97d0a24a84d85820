"""Money and persons in authority: what can never be a term, and what asks for a decision.

Whatever somebody pays or gives to police, prison or county officers may be a bribe, whatever it is
called (Bribery Act 2016, sections 5 and 6; check with counsel). So it is no term, and nothing that
is agreed depends on it. Official cash bail has a part of its own (`record.CashBail`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from kash.incidents.rules.parts import Act, Party, Term

# Kinds of parties that hold public power over the person before them.
AUTHORITIES = frozenset({"police", "county_officer", "prison"})
# Kinds of terms by which money or a thing changes hands.
GIVING = frozenset({"pay", "return"})
# Acts by which something is demanded or taken that an officer must not have.
TAKING = frozenset({"M1", "M2", "M5", "R4", "S4"})


class TermRefusal(StrEnum):
    """Why something is no term."""

    TO_AUTHORITY = "to_authority"
    TO_NOBODY = "to_nobody"
    IN_WORDS = "in_words"
    AS_CONDITION = "as_condition"


class RefusedTerm(NamedTuple):
    """Refusal of a term: the field that cannot stay, and why."""

    field: str
    why: TermRefusal


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


# English, Kiswahili and Sheng, as officers write. Words that come with a number count only so.
_MONEY = _any_of(
    r"pay(?:s|ing|ment|ments)?|paid|money|cash|fees?|fines?|bribes?|bail|kes|kshs?|shillings?|bob",
    r"m-?pesa|pesa|\w{0,6}lip(?:a|e|i|ia|ie|wa|wi)|malipo|hela|fedha|taslimu",
    r"dhamana|faini|hongo|rushwa|shilingi|elfu|kitu kidogo|chai ya \w+|mulla|doo|chapaa",
    r"(?:sh|/=)\s*\d[\d,. ]*|\d[\d,.]*\s*(?:/=|/-|k|sh|bob)",
)
_OFFICER = _any_of(
    r"police(?:man|men|woman|women)|cops?|officers?|ocs|ocpd|ocpp|constables?|corporals?",
    r"sergeants?|inspectors?|askaris?|warders?|wardens?",
    r"afisa|maafisa|afande|maafande|karao|makarao|sajini|koplo|kanjo|kanju",
)
_FORCE = _any_of(r"police|dci|polisi|magereza")
# What is a price where there can be none, in a release or an apology: any number that may be one,
# and what is given instead of naming it.
_PRICE = _any_of(
    r"(?:kes|kshs?)?(?:\d{3,}|\d{1,3}(?:[,.'\s]\d{3})+|\d[\d,.]*\s*k)",
    r"thousand|hundred|mia|thao|ngiri|chai|soda|something small|(?:small|little) something",
)
# Days and hours are none.
_WHEN = re.compile(
    r"(?<!\d)(?:\d{1,2}([/.-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d"
    r"|(?:[01]\d|2[0-3])[0-5]\d ?(?:hours|hrs|h)"
    r"|(?<=(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ary|rch|ril|une|uly|ust|ber) )20\d\d)"
    r"(?!\w)",
    re.IGNORECASE,
)
# What is agreed to happen for nothing.
_FREE = _any_of(
    r"without (?:any |a |having to )?(?:pay(?:ing|ment)?|money|cash|bail|fees?|fines?|bribes?)",
    r"free of charge|bila (?:ya )?(?:kulipa|malipo|pesa|dhamana|hongo|rushwa|chai|faini)",
)


def speaks_of_money(text: str) -> bool:
    """True if words tell of money, however they say it: never sure, so that it refuses and never
    allows."""
    return _MONEY.search(_FREE.sub(" ", text)) is not None


def has_price(term: Term) -> bool:
    """True if a release or an apology has a price, by its amount or in its words."""
    return term.amount is not None or _names_price(term.what)


def _names_price(text: str) -> bool:
    dear = _WHEN.sub(" ", _FREE.sub(" ", text))
    return speaks_of_money(text) or _PRICE.search(dear) is not None


def names_officer(text: str) -> bool:
    """True if words tell of an officer, rather than of an office."""
    return _OFFICER.search(text) is not None


def names_authority(text: str) -> bool:
    """True if words tell of police, prison or county officers."""
    return names_officer(text) or _FORCE.search(text) is not None


def is_in_authority(side: Party) -> bool:
    """True if a party is a public officer: by its kind, or by what only officers have, so that
    another kind chosen beside a rank or a station changes nothing."""
    return (
        side.kind in AUTHORITIES
        or bool(side.station or side.station_name or side.service_number)
        or side.rank_band not in ("", "unknown")
        or (side.kind == "other" and names_authority(side.description))
    )


def refusal_of(term: Term, parties: Iterable[Party]) -> RefusedTerm | None:
    """Why a term cannot be one in a case with these parties; None if it can.

    Whatever a public officer gives or pays back may be owed, and money between others too.
    """
    officers = {party.id: is_in_authority(party) for party in parties}
    if term.kind not in GIVING:
        if not has_price(term):
            return None
        if officers.get(term.owed_to):
            return RefusedTerm("owed_to", TermRefusal.TO_AUTHORITY)
        field = "amount" if term.amount is not None else "what"
        return RefusedTerm(field, TermRefusal.AS_CONDITION)
    if officers.get(term.owed_to):
        return RefusedTerm("owed_to", TermRefusal.TO_AUTHORITY)
    if officers.get(term.owed_by):
        return None
    hers = bool(term.owed_by) and term.owed_by not in officers
    money = _is_money(term)
    named = names_authority(term.what)
    if (money or hers) and not term.owed_to and (named or any(officers.values())):
        return RefusedTerm("owed_to", TermRefusal.TO_NOBODY)
    # Where nobody is said to give it, the words may say that she does, and who gets it.
    nobodys = not term.owed_by and (named if money else names_officer(term.what))
    # What comes to her may be told of with officers in it, unless it comes from one like her.
    if nobodys or (named and (hers or (money and term.owed_to in officers))):
        return RefusedTerm("what", TermRefusal.IN_WORDS)
    return None


def _is_money(term: Term) -> bool:
    return term.kind == "pay" or term.amount is not None or speaks_of_money(term.what)


def refusals(terms: Iterable[Term], parties: Sequence[Party]) -> Iterator[tuple[str, RefusedTerm]]:
    """The ids of terms that cannot be any, each with why."""
    for term in terms:
        refused = refusal_of(term, parties)
        if refused is not None:
            yield term.id, refused


# --- The duty to report -----------------------------------------------------------------------


# Stands for what was taken out, among what asks for a decision.
OUT = "out"


def what_asks(
    acts: Iterable[Act], parties: Sequence[Party], unreceipted: Iterable[str], *, taken_out: bool
) -> set[str]:
    """That for which a person in authority in the programme may owe a report, each by a short key:
    acts by which money or things were demanded or taken, with the officers who did so, or with
    nobody known; bail without a receipt (ids); and `OUT` if something that officers would have
    gained by was taken out."""
    officers = {party.id for party in parties if is_in_authority(party)}
    everybody = {party.id for party in parties}
    asking = {f"b/{bail}" for bail in unreceipted} | ({OUT} if taken_out else set())
    for act in acts:
        if act.code in TAKING:
            by = set(act.parties) & everybody or everybody
            if by & officers or not by:
                asking.add(f"a/{act.id}/{','.join(sorted(by & officers))}")
    return asking


def question_terms(record: dict[str, Any]) -> None:
    """Set aside, in a record's JSON, the terms that cannot be any: nothing of them is lost, they
    wait for the custodian, and meanwhile nobody is told that they were agreed."""
    terms = record.get("terms", [])
    if not terms:
        return
    sides = [Party.model_construct(**party) for party in record.get("parties", ())]
    waiting: list[dict[str, Any]] = []
    fine: list[dict[str, Any]] = []
    for term in terms:
        refused = refusal_of(Term.model_construct(**term), sides)
        (fine if refused is None else waiting).append(term)
    if waiting:
        record["terms"] = fine
        record["questioned_terms"] = [*record.get("questioned_terms", []), *waiting]
