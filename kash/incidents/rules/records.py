"""Health: what of a case concerns somebody's, and who agreed that a file for a court may say it.
Without her own consent to `health` a file holds neither what was done to her health nor anything
that was typed freely: nobody can tell from a sentence that it does not speak of HIV. Writing of a
record by the full form, and how two members' writing is brought together. A place is one value of
the form: "narrative", "happening.begun_on", or "acts/a1/code", the field of a row by the row's own
id. A page keeps a short digest of each place as it was shown, so that it can be told later which of
them its reader has changed, and which somebody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from kash.incidents.rules.consents import for_each
from kash.incidents.rules.filing import GROUPS
from kash.incidents.rules.parts import Act, Information, Party, Person, RecordPart, Term
from kash.incidents.rules.record import Record

PURPOSE = "health"
# Forced tests, status told to others, care refused, what protects health taken; and refusals which
# may tell of HIV.
ACTS = frozenset({*GROUPS["health"], "D4"})
# A kind of party that speaks of health by being there.
PARTY = "health_worker"
REFERRALS = frozenset({"medical", "psychosocial"})
REQUESTS = frozenset({"medical"})


def who_may_be_told_of(record: Record) -> frozenset[str]:
    """Ids of the persons of whose health a file for a court may speak."""
    return frozenset(
        person.id for person in record.persons if record.consents_to(PURPOSE, person.id)
    )


def everybody_may_be_told_of(record: Record) -> bool:
    """True if everybody in a case agreed, so that words may be shown that tell of all of them."""
    return record.consents_to(PURPOSE)


SINGLE = (
    "happening.begun_on",
    "happening.ended_on",
    "happening.about_when",
    "place.ward",
    "place.place",
    "narrative",
    "asked_for",
    "wanted",
    "filing.how",
    "filing.paper_on",
)
ROWS: dict[str, tuple[str, ...]] = {
    "persons": (
        "code",
        "age_band",
        "among_adults",
        "note",
        "arrested_at",
        "exposed_at",
        "released_at",
    ),
    "parties": (
        "kind",
        "involvement",
        "station",
        "station_name",
        "unit",
        "rank_band",
        "service_number",
        "description",
        "account",
    ),
    "acts": ("code", "persons", "parties", "circumstances", "amount"),
    "information": ("source", "connection", "reliability", "note", "account"),
    "terms": ("kind", "owed_by", "owed_to", "what", "amount", "due_on", "fulfilled_on"),
}
KINDS: dict[str, type[RecordPart]] = {
    "persons": Person,
    "parties": Party,
    "acts": Act,
    "information": Information,
    "terms": Term,
}
LETTERS = {"persons": "p", "parties": "o", "acts": "a", "information": "i", "terms": "t"}
MOST_ROWS = 40


def places(record: Record) -> dict[str, Any]:
    """Every place of a record with its value."""
    values: dict[str, Any] = {name: value_at(record, name) for name in SINGLE}
    for group, names in ROWS.items():
        for part in getattr(record, group):
            for name in names:
                values[f"{group}/{part.id}/{name}"] = getattr(part, name)
    return values


def value_at(record: Record, name: str) -> Any:
    """The value of one of `SINGLE`."""
    part: Any = record
    for step in name.split("."):
        part = getattr(part, step)
    return part


def put_at(record: Record, name: str, value: Any) -> None:
    """Set the value of one of `SINGLE`."""
    part: Any = record
    *way, last = name.split(".")
    for step in way:
        part = getattr(part, step)
    setattr(part, last, value)


def as_written(value: Any) -> str:
    """A value in the one form in which values are compared."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(sorted(value))
    if isinstance(value, datetime):
        # To the minute, as a page shows it.
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def digest(value: Any) -> str:
    """Digest that a page keeps of a value that it shows."""
    return hashlib.sha256(as_written(value).encode()).hexdigest()[:12]


def digests(record: Record) -> dict[str, str]:
    """Digests that a page keeps of a record that it shows; what is empty is left out, but rows."""
    return {
        place: digest(value)
        for place, value in places(record).items()
        if "/" in place or as_written(value)
    }


@dataclass
class Merged:
    """Two members' writing in one. `record` is what the form shows next.

    `beside` are the places where both wrote, each with what the other wrote; `taken` those that
    only the other changed; `added` rows ("acts/a1") that the other added; `returned` rows that were
    taken off by one and changed by the other, and so are there again; `gone` rows that the other
    took off and nobody changed.
    """

    record: Record
    beside: dict[str, Any] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """True if the other wrote anything that was not also typed here."""
        return bool(self.beside or self.taken or self.added or self.returned or self.gone)


class _Seen:
    """The digests of a page: which places it showed, and whether a value is as it was."""

    def __init__(self, shown: Mapping[str, str]) -> None:
        self._shown = shown
        self._rows = {place.rpartition("/")[0] for place in shown if "/" in place}

    def is_as_shown(self, place: str, value: Any) -> bool:
        if "/" not in place and place not in self._shown:
            return as_written(value) == ""
        return self._shown.get(place) == digest(value)

    def had_row(self, row: str) -> bool:
        return row in self._rows

    def row_is_as_shown(self, group: str, row: RecordPart) -> bool:
        return all(
            self.is_as_shown(f"{group}/{row.id}/{name}", getattr(row, name))  # type: ignore[attr-defined]
            for name in ROWS[group]
        )


def merge(stored: Record, typed: Record, shown: Mapping[str, str]) -> Merged:
    """Bring together what somebody else saved and what was typed, given what the page had shown.

    Nothing that either wrote is lost: where both wrote, what was typed stays and the other's is in
    `beside`. With nothing known of what was shown, everything counts as written by both.
    """
    seen = _Seen(shown)
    merged = Merged(Record())
    for place in SINGLE:
        theirs, own = value_at(stored, place), value_at(typed, place)
        put_at(merged.record, place, _chosen(merged, seen, place, theirs, own))
    for group in ROWS:
        setattr(merged.record, group, list(_rows(merged, seen, group, stored, typed)))
    return merged


def _chosen(merged: Merged, seen: _Seen, place: str, theirs: Any, own: Any) -> Any:
    if as_written(theirs) == as_written(own) or seen.is_as_shown(place, theirs):
        return own
    if seen.is_as_shown(place, own):
        merged.taken.append(place)
        return theirs
    merged.beside[place] = theirs
    return own


def _rows(
    merged: Merged, seen: _Seen, group: str, stored: Record, typed: Record
) -> Iterator[RecordPart]:
    theirs = {part.id: part for part in getattr(stored, group)}
    own = {part.id: part for part in getattr(typed, group)}
    for key, part in own.items():
        name = f"{group}/{key}"
        other = theirs.get(key)
        if other is not None:
            values = {
                field: _chosen(
                    merged, seen, f"{name}/{field}", getattr(other, field), getattr(part, field)
                )
                for field in ROWS[group]
            }
            yield other.model_copy(update=values)
        elif not seen.had_row(name):
            yield part
        elif seen.row_is_as_shown(group, part):
            merged.gone.append(name)
        else:
            merged.returned.append(name)
            yield part
    for key, part in theirs.items():
        name = f"{group}/{key}"
        if key in own:
            continue
        if not seen.had_row(name):
            merged.added.append(name)
            yield part
        elif not seen.row_is_as_shown(group, part):
            merged.returned.append(name)
            yield part


def write(record: Record, typed: Record) -> None:
    """Put what the form holds into a record; what the form does not know of it stays.

    Rows that the form no longer has go, and with them what named them in acts and terms. Whether it
    was filed on a phone is no matter of opinion: the person who did so is kept away by it."""
    how = record.filing.how
    for place in SINGLE:
        put_at(record, place, value_at(typed, place))
    if "phone" in (how, record.filing.how):
        record.filing.how = how
    nobody_yet = not record.persons
    _give_answers_to_persons(record)
    for group, names in ROWS.items():
        there = {part.id: part for part in getattr(record, group)}
        rows = []
        for part in getattr(typed, group):
            values = {name: getattr(part, name) for name in names}
            old = there.get(part.id)
            rows.append(old.model_copy(update=values) if old is not None else part)
        setattr(record, group, rows)
    _forget_rows_that_went(record)
    _give_answers_to_persons(record, of_nobody=nobody_yet)


def _give_answers_to_persons(record: Record, *, of_nobody: bool = False) -> None:
    """Give answers for everybody to those who are on record, and to nobody who is added later. A
    refusal stays one of everybody. `of_nobody`: nobody was on record when it was said; of several
    then nobody knows who said it, of one it is plain."""
    if not record.persons:
        return
    persons = list(record.codes)
    record.consents = [
        answer
        for consent in record.consents
        for answer in (
            for_each(consent, persons, of_nobody=of_nobody)
            if consent.given and not consent.person
            else [consent]
        )
    ]
    if of_nobody and len(persons) == 1:
        answers: list[Any] = [*record.choices, *record.own_words, *record.court_asks]
        for answer in answers:
            answer.person = answer.person or persons[0]


def _forget_rows_that_went(record: Record) -> None:
    persons = set(record.codes)
    parties = {party.id for party in record.parties}
    for act in record.acts:
        act.persons = [key for key in act.persons if key in persons]
        act.parties = [key for key in act.parties if key in parties]
    for term in record.terms:
        everyone = persons | parties
        term.owed_by = term.owed_by if term.owed_by in everyone else ""
        term.owed_to = term.owed_to if term.owed_to in everyone else ""


def persons_with_identity_taken_off(record: Record, typed: Record) -> list[str]:
    """The codes of persons whose sealed identity would be left without its person. With the person
    who does not let the report be kept hers goes too, unless somebody holds the case."""
    return [
        person.code
        for person in _taken_off(record, typed)
        if person.identity and (record.holds or not record.is_stopped(person.id))
    ]


def identities_of_who_refused(record: Record, typed: Record) -> list[str]:
    """The sealed identities (ids of documents) of persons who are taken off since they do not let
    the report be kept."""
    return [person.identity for person in _taken_off(record, typed) if person.identity]


def _taken_off(record: Record, typed: Record) -> list[Person]:
    still_there = set(typed.codes)
    return [person for person in record.persons if person.id not in still_there]


def free_letter(codes: Iterable[str]) -> str:
    """The next code for a person: A to Z, then A2 and so on."""
    taken = {code.strip().casefold() for code in codes}
    rounds = 1
    while True:
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            code = letter if rounds == 1 else f"{letter}{rounds}"
            if code.casefold() not in taken:
                return code
        rounds += 1
