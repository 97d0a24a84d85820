"""The rows of the full form: persons, parties, acts, sources and terms, each with what it lacks.
The version of a case that a page showed, and what somebody else saved since. The full form: one
page for the whole of what is documented, with rows that are added and taken off. What is left
empty is never asked for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField, ValidationError

from kash.incidents import names
from kash.incidents.names import WANTED_NAMES
from kash.incidents.rules.casework import LONGEST_REASON
from kash.incidents.rules.filing import MOST_PERSONS, Screen, acts_meant, place_typed, station_in
from kash.incidents.rules.mediation import SAFETY, worries
from kash.incidents.rules.mediation_gate import terms_refused
from kash.incidents.rules.money import refusals
from kash.incidents.rules.older_records import may_be_minor
from kash.incidents.rules.parts import RecordPart
from kash.incidents.rules.record import Record
from kash.incidents.rules.records import (
    KINDS,
    LETTERS,
    MOST_ROWS,
    ROWS,
    SINGLE,
    free_letter,
    put_at,
    value_at,
)
from kash.incidents.services.cases import GoneOn
from kash.incidents.services.saved_views import NOT_TO_BE_AGREED
from kash.incidents.wording import refusal_text
from kash.platform.database import new_public_id
from kash.platform.web.errors import Problem
from kash.platform.web.fields import (
    DayField,
    HiddenField,
    MomentField,
    MoneyField,
    RowsField,
    SeveralField,
    number_as_read,
)
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import LockedForm, number_shown

_ID_LETTERS = "23456789bcdfghjkmnpqrstvwxz"


def offered(words: Mapping[str, Any], first: Any = None) -> list[tuple[str, Any]]:
    head = [("", first)] if first is not None else []
    return head + [(code, word) for code, word in words.items() if code]


_ANSWERS = [("yes", _l("Yes")), ("no", _l("No")), ("not_known", _l("Not known"))]
WORRY_TEXTS: dict[str, Any] = {
    "guessed": _l("She may be known from it. Wait, or ask her first."),
    "safe_there": _l("She may be in danger there. Find her a safe place first."),
    "knows_next": _l("She may be taken by surprise. Tell her first what happens next."),
}


class SafetyForm(KashForm):
    """Three questions before something goes out that may expose her. An answer that worries comes
    back once; she goes on with a tick, and says why."""

    needs_answers = True
    guessed = radio_field(_l("Could somebody guess from it who told us?"), _ANSWERS, required=False)
    safe_there = radio_field(_l("Is she safe where she is now?"), _ANSWERS, required=False)
    knows_next = radio_field(_l("Does she know what happens next?"), _ANSWERS, required=False)
    go_on = BooleanField(_l("Go on all the same"))
    go_on_why = text_field(_l("Why, in a line"), most=300, required=False)

    @property
    def worries(self) -> list[str]:
        """The questions whose answers worry."""
        return worries({name: self._fields[name].data for name in SAFETY})

    def check_together(self) -> None:
        """All three are answered where they must be; what worries is gone on with knowingly."""
        for name in SAFETY if self.needs_answers else ():
            if not self._fields[name].data and not self._fields[name].errors:
                self.mark_wrong(self._fields[name], _("Choose one."))
        if self.worries and not self.go_on.data:
            for name in self.worries:
                self.mark_wrong(self._fields[name], WORRY_TEXTS[name])
        elif self.worries and not self.go_on_why.data:
            self.mark_wrong(self.go_on_why, _("Write why."))

    def gone_on(self) -> GoneOn | None:
        """The worries and why she goes on; None if nothing worried."""
        return GoneOn(tuple(self.worries), self.go_on_why.data) if self.worries else None


def has_come(_form: Any, field: Any) -> None:
    """Refuse a day that has not come yet. Of a moment the hour does not count: a phone's clock and
    time zones may be off by hours, not by days."""
    day = field.data.date() if isinstance(field.data, datetime) else field.data
    if day and day > local_today():
        raise ValidationError(_("This day has not come yet."))


def fresh_key(group: str) -> str:
    """An id for a new row, so that rows that two members add are never the same."""
    return LETTERS[group] + "".join(secrets.choice(_ID_LETTERS) for _n in range(5))


class Row(KashForm):
    """Row with what all rows share: its own id."""

    class Meta(KashForm.Meta):
        """Part of a form that has its token."""

        csrf = False

    key = HiddenField()

    def is_empty(self) -> bool:
        """True if nothing was entered."""
        raise NotImplementedError

    def missing(self) -> list[tuple[str, str]]:
        """(field, sentence) of whatever else a row needs that says something."""
        return []


class PersonRow(Row):
    """Somebody who it was done to, under a code."""

    code = text_field(_l("Code"), most=20, required=False)
    age_band = choice_field(_l("Age"), offered(names.AGE_BAND_NAMES), required=False)
    among_adults = choice_field(
        _l("Held among adults?"), list(names.AMONG_ADULTS_NAMES.items()), required=False
    )
    note = text_field(_l("Note"), most=300, required=False)
    arrested_at = MomentField(
        _l("Arrested at"), [has_come], description=_l("Starts the clock of the court.")
    )
    released_at = MomentField(_l("Let go at"), [has_come], description=_l("Ends it."))
    exposed_at = MomentField(
        _l("Assaulted at"), [has_come], description=_l("Starts the clocks of the first medicines.")
    )

    def is_empty(self) -> bool:
        """A person is there as soon as she has a code."""
        fields = (self.code, self.note, self.arrested_at, self.released_at, self.exposed_at)
        return not any(field.data for field in fields) and self.age_band.data in ("unknown", "")

    @property
    def may_be_minor(self) -> bool:
        """True if she is or may be under 18, so that more is asked."""
        return may_be_minor(self.age_band.data) or bool(self.among_adults.data)

    def missing(self) -> list[tuple[str, str]]:
        """A code, and an end that comes after its beginning."""
        lacking = [] if self.code.data else [("code", _("Give a code, such as A. No names."))]
        arrested, released = self.arrested_at.data, self.released_at.data
        if arrested and released and released < arrested:
            lacking.append(("released_at", _("She was let go before she was arrested.")))
        return lacking


class PartyRow(Row):
    """Somebody who took part on the other side."""

    kind = choice_field(_l("Who"), offered(names.PARTY_KIND_NAMES, _l("Choose")), required=False)
    involvement = choice_field(_l("Part in it"), offered(names.INVOLVEMENT_NAMES), required=False)
    station = choice_field(_l("Station"), required=False)
    station_name = text_field(_l("Station that is not on the list"), most=120, required=False)
    unit = text_field(_l("Unit"), most=120, required=False)
    rank_band = choice_field(_l("Rank"), offered(names.RANK_BAND_NAMES), required=False)
    service_number = text_field(_l("Service number"), most=40, required=False)
    description = text_field(_l("Description"), most=300, required=False)
    account = choice_field(_l("One of us"), required=False)

    def is_empty(self) -> bool:
        """Nothing was said of anybody."""
        fields = (self.kind, self.station, self.station_name, self.unit, self.service_number)
        return not any(field.data for field in (*fields, self.description, self.account))

    def missing(self) -> list[tuple[str, str]]:
        """Fields without which nobody knows who it is at all."""
        return [] if self.kind.data else [("kind", _("Choose who it was."))]


class ActRow(Row):
    """One thing that was done."""

    code = text_field(_l("Act"), most=120, required=False)
    persons = SeveralField(_l("To whom"))
    parties = SeveralField(_l("By whom"))
    circumstances = long_text_field(_l("How it was done"), most=3000, rows=2)
    amount = MoneyField(_l("Amount in KES"))
    meant: str = ""

    def is_empty(self) -> bool:
        """No act and no words."""
        return not (self.code.data or self.circumstances.data or self.amount.data is not None)

    def missing(self) -> list[tuple[str, str]]:
        """One act that is clear."""
        typed = self.code.data
        lacking = acts_meant(typed, {code: str(name) for code, name in names.ACT_NAMES.items()})
        if len(lacking) == 1:
            self.meant = lacking[0]
            return []
        if not typed:
            return [("code", _("Choose an act from the list."))]
        if not lacking:
            return [("code", _("No act is called this. Type its code, such as L1, or its words."))]
        offered = ", ".join(f"{code} {names.ACT_NAMES[code]}" for code in lacking[:6])
        return [("code", _("Several acts are called this: %(acts)s", acts=offered))]


class InformationRow(Row):
    """A source: somebody who told of it."""

    source = choice_field(
        _l("From whom"), offered(names.SOURCE_NAMES, _l("Choose")), required=False
    )
    connection = text_field(_l("How they know"), most=300, required=False)
    reliability = choice_field(
        _l("How sure it is"), offered(names.RELIABILITY_NAMES), required=False
    )
    note = text_field(_l("Note"), most=300, required=False)
    account = choice_field(_l("One of us"), required=False)

    def is_empty(self) -> bool:
        """No source was said."""
        fields = (self.source, self.connection, self.note, self.account)
        return not any(field.data for field in fields)

    def missing(self) -> list[tuple[str, str]]:
        """The source, and no doubt of her own account."""
        lacking = [] if self.source.data else [("source", _("Choose who told of it."))]
        if (self.source.data, self.reliability.data) == ("herself", "doubtful"):
            lacking.append(("reliability", _("Her own account is never called doubtful.")))
        return lacking


class TermRow(Row):
    """Row of a term."""

    kind = choice_field(_l("What"), offered(names.TERM_NAMES, _l("Choose")), required=False)
    owed_by = choice_field(_l("Owed by"), required=False)
    owed_to = choice_field(_l("Owed to"), required=False)
    what = text_field(_l("In words"), most=300, required=False)
    amount = MoneyField(_l("Amount in KES"))
    due_on = DayField(_l("By when"))
    fulfilled_on = DayField(_l("Done on"), [has_come])

    def is_empty(self) -> bool:
        """Nothing was agreed."""
        fields = (self.kind, self.owed_by, self.owed_to, self.what, self.due_on, self.fulfilled_on)
        return not any(field.data for field in fields) and self.amount.data is None

    def missing(self) -> list[tuple[str, str]]:
        """Fields that are missing of what is owed, and not by somebody to herself."""
        lacking = [] if self.kind.data else [("kind", _("Choose what was agreed."))]
        if self.owed_by.data and self.owed_by.data == self.owed_to.data:
            lacking.append(
                ("owed_to", _("Nobody owes something to themselves. Choose the other side."))
            )
        return lacking


# What the record says of a row of which this was left empty.
_UNSAID: dict[str, dict[str, str]] = {
    "persons": {"code": ""},
    "parties": {"kind": "other"},
    "acts": {},
    "information": {"source": "other"},
    "terms": {"kind": ""},
}


def part_of(group: str, row: Any) -> Any:
    """Part of a record that a row of the form holds."""
    typed = {name: row[name].data for name in ROWS[group]}
    entered = {name: value for name, value in typed.items() if value not in (None, "")}
    if group == "acts":
        entered["code"] = row.meant
    return KINDS[group](id=row.key.data, **_UNSAID[group] | entered)


def person_label(row: Any) -> str:
    """How acts and terms call a person of this form."""
    return str(row.code.data or _("Person without a code"))


def party_label(row: Any, number: int) -> str:
    """How acts and terms call a party of this form: a number, as several may be alike."""
    kind = names.PARTY_KIND_NAMES.get(row.kind.data)
    return f"{number} {kind}" if kind else str(number)


def act_typed(code: str) -> str:
    """An act as the form shows it."""
    return f"{code} {names.ACT_NAMES[code]}" if code in names.ACT_NAMES else code


def row_values(group: str, row: RecordPart) -> dict[str, Any]:
    """A row of a record as the values of the form."""
    values = {name: getattr(row, name) for name in ROWS[group]}
    values["key"] = row.id  # type: ignore[attr-defined]
    if group == "acts":
        values["code"] = act_typed(values["code"])
    return values


class PhoneInForm(KashForm):
    """Five fields for somebody who telephones: what is typed while she talks."""

    place = text_field(
        _l("Where"), most=200, required=False, description=_l("A station, a ward, or a place.")
    )
    count = whole_number_field(_l("How many people"), least=1, most=MOST_PERSONS, required=False)
    since = MomentField(
        _l("Held since"), [has_come], description=_l("Starts the clock of the court.")
    )
    number = text_field(
        _l("How to reach somebody"),
        most=60,
        required=False,
        description=_l("A number, or what she says of it."),
    )
    narrative = long_text_field(_l("What was said"), most=10_000, rows=6)
    token = HiddenField()

    def answers(self, wards: Sequence[str], stations: Mapping[str, str]) -> Screen:
        """Answers as a phone's screens would give them."""
        place, ward = place_typed(self.place.data, wards)
        station = station_in(self.place.data, stations)
        since = to_local(self.since.data) if self.since.data else None
        return Screen(
            day=since.date() if since else None,
            clock=since.time() if since else None,
            at_place=place,
            at_ward=ward,
            at_station=station,
            at_station_name=stations.get(station, ""),
            count=self.count.data,
            number=number_as_read(self.number.data) or self.number.data,
            narrative=self.narrative.data or "",
        )


class VersionedForm(LockedForm):
    """A form that says which version of the case its page showed."""

    version = HiddenField()

    def version_shown(self) -> int:
        """That version; 0, which nothing has, if unreadable."""
        return number_shown(self.version.data)

    def version_to_send(self, newest: int) -> int:
        """The version that the page sends next: the one of its first showing, until it is told that
        somebody saved the case since."""
        return newest if self.changed_meanwhile else self.version_shown() or newest


# More than any case has: what was added elsewhere must not be lost here.
_MOST_SENT = 400
_TOKEN_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-")


class DocumentationForm(VersionedForm):
    """The whole form. `version` and `seen` say what the page showed, `taken_out` how often words
    had been taken out of the case before; `token` names the page."""

    begun_on = DayField(_l("First day"), [has_come])
    ended_on = DayField(_l("Last day"), [has_come], description=_l("If it was more than one day."))
    about_when = text_field(_l("When, in words"), most=200, required=False)
    ward = text_field(_l("Ward"), most=120, required=False)
    place = text_field(_l("Place"), most=300, required=False)
    narrative = long_text_field(_l("What happened"), most=40000, rows=8)
    wanted = SeveralField(_l("What is asked for"), choices=list(WANTED_NAMES.items()))
    asked_for = long_text_field(_l("What she asks for"), most=5000, rows=3)
    how = choice_field(
        _l("How it came in"),
        [
            ("form", _l("Told to a documentation officer")),
            ("paper", _l("Written on the paper form")),
        ],
        required=False,
    )
    paper_on = DayField(_l("Day on the paper form"), [has_come])
    persons = RowsField(FormField(PersonRow), max_entries=_MOST_SENT)
    parties = RowsField(FormField(PartyRow), max_entries=_MOST_SENT)
    acts = RowsField(FormField(ActRow), max_entries=_MOST_SENT)
    information = RowsField(FormField(InformationRow), max_entries=_MOST_SENT)
    terms = RowsField(FormField(TermRow), max_entries=_MOST_SENT)
    why = text_field(_l("Why it is changed"), most=LONGEST_REASON, required=False)
    seen = HiddenField()
    taken_out = HiddenField()
    token = HiddenField()

    # --- rows ----------------------------------------------------------------------------------

    def rows(self, group: str) -> list[Any]:
        """The rows of a group, as their forms."""
        return [entry.form for entry in self[group]]

    def prepare(
        self, stations: Sequence[tuple[str, str]], accounts: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Offer stations, accounts that may be a source, and the rows of this form to
        each other; give new rows their ids."""
        self._stations = dict(stations)
        if self.how.data == "phone":
            # How it came in is no matter of opinion then.
            self.how.choices = [("phone", _("Filed on a phone"))]
        if not set(self.token.data or "-") <= _TOKEN_LETTERS or len(self.token.data) != 16:
            self.token.data = new_public_id()
        for group in ROWS:
            taken: set[str] = set()
            for form_row in self.rows(group):
                if not _is_key(form_row.key.data) or form_row.key.data in taken:
                    form_row.key.data = fresh_key(group)
                taken.add(form_row.key.data)
        for form_row in (*self.rows("information"), *self.rows("parties")):
            form_row.account.choices = [("", _("No, or not known")), *accounts]
        for form_row in self.rows("parties"):
            # A station that is on the list no longer stays with the party that names it.
            listed = dict(self._stations)
            if (
                form_row.station.data
                and form_row.station.data not in listed
                and _is_public(form_row.station.data)
            ):
                listed[form_row.station.data] = form_row.station_name.data or _("A former station")
            form_row.station.choices = [("", _("Not known, or another")), *listed.items()]
            if form_row.station.data in self._stations:
                # Its name is on the list; the field beside is for others.
                form_row.station_name.data, form_row.station_name.raw_data = "", None
        self.offer_rows()

    # What is on record of the case, which this form changes.
    stored = Record()

    def offer_rows(self) -> None:
        """Let acts and terms choose from the persons and parties that stand in the form."""
        persons = [
            (person_row.key.data, person_label(person_row)) for person_row in self.rows("persons")
        ]
        parties = [
            (party_row.key.data, party_label(party_row, number))
            for number, party_row in enumerate(self.rows("parties"), start=1)
        ]
        known_persons, known_parties = dict(persons), dict(parties)
        for form_row in self.rows("acts"):
            form_row.persons.choices, form_row.parties.choices = persons, parties
            # A person who was taken off this form is no longer ticked.
            form_row.persons.data = [key for key in form_row.persons.data if key in known_persons]
            form_row.parties.data = [key for key in form_row.parties.data if key in known_parties]
        sides = [("", _("Not said")), *persons, *parties]
        for form_row in self.rows("terms"):
            form_row.owed_by.choices, form_row.owed_to.choices = sides, sides
            for side in (form_row.owed_by, form_row.owed_to):
                if side.data not in dict(sides):
                    side.data = ""

    def add_row(self, group: str) -> None:
        """Add an empty row at the end, with an id and, for a person, the next letter."""
        if len(self[group].entries) >= MOST_ROWS:
            return
        new: dict[str, Any] = {"key": fresh_key(group)}
        if group == "persons":
            new |= {
                "code": free_letter(person_row.code.data for person_row in self.rows("persons")),
                "age_band": "unknown",
            }
        if group == "parties":
            new |= {"involvement": "did", "rank_band": "unknown"}
        if group == "information":
            new |= {"reliability": "likely"}
        self[group].append_entry(new)

    def remove_row(self, group: str, key: str) -> None:
        """Take a row off."""
        self[group].entries = [entry for entry in self[group].entries if entry.form.key.data != key]

    # --- checking ------------------------------------------------------------------------------

    def validate(self, extra_validators: Any = None) -> bool:
        """Check fields, then rows: empty ones are passed over, others must say what they are."""
        fine = super().validate(extra_validators=extra_validators)
        fine = self._days_are_fine() and fine
        for group in ROWS:
            for form_row in self.rows(group):
                if form_row.is_empty():
                    continue
                for name, sentence in form_row.missing():
                    fine = _refuse(form_row[name], sentence)
        fine = self._codes_differ() and fine
        fine = self._money_is_fine() and fine
        fine = self._terms_may_be_agreed() and fine
        for group in ROWS:
            errors = [entry.errors for entry in self[group].entries]
            self[group].errors = errors if any(errors) else []
        return fine

    def _days_are_fine(self) -> bool:
        begun, ended = self.begun_on.data, self.ended_on.data
        if begun and ended and ended < begun:
            return _refuse(self.ended_on, _("The last day comes before the first."))
        return True

    def _terms_may_be_agreed(self) -> bool:
        typed = Record(
            **{group: self._parts(group) for group in ("persons", "parties", "acts", "terms")}
        )
        refused = {term.id for term in terms_refused(typed, self.stored)}
        for term_row in self.rows("terms"):
            if term_row.key.data in refused:
                _refuse(term_row.kind, str(Problem(NOT_TO_BE_AGREED, field="kind")))
        return not refused

    def _codes_differ(self) -> bool:
        fine, taken = True, set()
        for person_row in self.rows("persons"):
            code = person_row.code.data.casefold()
            if code and code in taken:
                fine = _refuse(person_row.code, _("Somebody else in this case has this code."))
            taken.add(code)
        return fine

    def _money_is_fine(self) -> bool:
        fine, rows = True, {term_row.key.data: term_row for term_row in self.rows("terms")}
        for key, refused in refusals(self._parts("terms"), self._parts("parties")):
            fine = _refuse(rows[key][refused.field], refusal_text(refused.why))
        return fine

    def say_what_is_refused(self) -> None:
        """Say beside its field what can be no term, of a form that was not sent to be saved."""
        if not self._money_is_fine():
            self.terms.errors = [entry.errors for entry in self.terms.entries]

    def says_enough(self) -> bool:
        """True if it can be handed in: an act or some words. If not, it says so beside them."""
        if self.narrative.data or any(not act_row.is_empty() for act_row in self.rows("acts")):
            return True
        _refuse(self.narrative, _("Say what happened, or choose an act, before you hand it in."))
        return False

    def says_why(self) -> bool:
        """True if it was said why the record is changed. If not, it says so beside the field."""
        return bool(self.why.data) or _refuse(self.why, _("Say why the record is changed."))

    # --- what was typed --------------------------------------------------------------------------

    def typed(self) -> Record:
        """Record that the form holds, as the parts that it knows."""
        record = Record(**{group: self._parts(group) for group in ROWS})
        for place in SINGLE:
            put_at(record, place, self[_field_of(place)].data)
        record.filing.how = record.filing.how or "form"
        for party in record.parties:
            party.station_name = self._stations.get(party.station, party.station_name)
        return record

    def _parts(self, group: str) -> list[Any]:
        return [
            part_of(group, form_row) for form_row in self.rows(group) if not form_row.is_empty()
        ]

    def places_shown(self) -> dict[str, str]:
        """The digests that the page kept; none if they are unreadable."""
        try:
            digests = json.loads(self.seen.data or "{}")
        except ValueError:
            return {}
        if not isinstance(digests, dict):
            return {}
        return {str(place): str(value) for place, value in digests.items()}


def _field_of(place: str) -> str:
    """The field of the form for a place that stands in no row."""
    return place.rpartition(".")[2]


def _refuse(field: Any, sentence: str) -> bool:
    field.errors = [*field.errors, sentence]
    return False


def _is_key(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 16 and text.isascii() and text.isalnum()


def _is_public(text: str) -> bool:
    return len(text) == 16 and set(text) <= _TOKEN_LETTERS


def as_form(record: Record) -> dict[str, Any]:
    """A record as the values of the form."""
    values = {_field_of(place): value_at(record, place) for place in SINGLE}
    for group in ROWS:
        values[group] = [row_values(group, part) for part in getattr(record, group)]
    return values
