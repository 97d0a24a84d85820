"""The full form: one page for the whole of what is documented, with rows that are added and taken
off. What is left empty is never asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField

from kash.incidents.errors import NotToBeAgreed
from kash.incidents.forms.rows import (
    ActRow,
    InformationRow,
    PartyRow,
    PersonRow,
    TermRow,
    act_of,
    fresh_key,
    information_of,
    party_label,
    party_of,
    person_label,
    person_of,
    row_values,
    term_of,
)
from kash.incidents.forms.versions import VersionedForm
from kash.incidents.money_words import refusal_text
from kash.incidents.names import WANTED_NAMES
from kash.incidents.rules.changes import LONGEST_REASON
from kash.incidents.rules.mediation_gate import terms_refused
from kash.incidents.rules.money import refusals
from kash.incidents.rules.record import Filing, Happening, Place, Record
from kash.incidents.rules.writing import MOST_ROWS, ROWS, free_letter
from kash.platform.database import new_public_id
from kash.platform.web.fields import RowsField
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    SeveralField,
    choice_field,
    long_text_field,
    text_field,
)

# More than any case has: what was added elsewhere must not be lost here.
_MOST_SENT = 400
_TOKEN_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-")


class DocumentationForm(VersionedForm):
    """The whole form. `version` and `seen` say what the page showed; `token` names the page."""

    begun_on = DayField(_l("First day"))
    ended_on = DayField(_l("Last day"), description=_l("If it was more than one day."))
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
    paper_on = DayField(_l("Day on the paper form"))
    persons = RowsField(FormField(PersonRow), max_entries=_MOST_SENT)
    parties = RowsField(FormField(PartyRow), max_entries=_MOST_SENT)
    acts = RowsField(FormField(ActRow), max_entries=_MOST_SENT)
    information = RowsField(FormField(InformationRow), max_entries=_MOST_SENT)
    terms = RowsField(FormField(TermRow), max_entries=_MOST_SENT)
    why = text_field(_l("Why it is changed"), most=LONGEST_REASON, required=False)
    seen = HiddenField()
    token = HiddenField()

    # --- rows ----------------------------------------------------------------------------------

    def rows(self, group: str) -> list[Any]:
        """The rows of a group, as their forms."""
        return [entry.form for entry in self[group]]

    def prepare(
        self,
        stations: Sequence[tuple[str, str]],
        today: date,
        accounts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Offer stations, accounts that may be a source, and the rows of this form to
        each other; give new rows their ids."""
        self._today = today
        if self.how.data == "phone":
            # How it came in is no matter of opinion then.
            self.how.choices = [("phone", _("Filed on a phone"))]
        if not set(self.token.data or "-") <= _TOKEN_LETTERS or len(self.token.data) != 16:
            self.token.data = new_public_id()
        for group in ROWS:
            taken: set[str] = set()
            for row in self.rows(group):
                if not _is_key(row.key.data) or row.key.data in taken:
                    row.key.data = fresh_key(group)
                taken.add(row.key.data)
        for row in (*self.rows("information"), *self.rows("parties")):
            row.account.choices = [("", _("No, or not known")), *accounts]
        for row in self.rows("parties"):
            # A station that is on the list no longer stays with the party that names it.
            known = dict(stations)
            if row.station.data and row.station.data not in known and _is_public(row.station.data):
                known[row.station.data] = row.station_name.data or _("A former station")
            row.station.choices = [("", _("Not known, or another")), *known.items()]
            if row.station.data in dict(stations):
                # Its name is on the list; the field beside is for others.
                row.station_name.data, row.station_name.raw_data = "", None
        self.offer_rows()

    # What is on record of the case, which this form changes.
    stored = Record()

    def offer_rows(self) -> None:
        """Let acts and terms choose from the persons and parties that stand in the form."""
        persons = [(row.key.data, person_label(row)) for row in self.rows("persons")]
        parties = [
            (row.key.data, party_label(row, number))
            for number, row in enumerate(self.rows("parties"), start=1)
        ]
        known_persons, known_parties = dict(persons), dict(parties)
        for row in self.rows("acts"):
            row.persons.choices, row.parties.choices = persons, parties
            # Whoever was taken off this form is no longer ticked.
            row.persons.data = [key for key in row.persons.data if key in known_persons]
            row.parties.data = [key for key in row.parties.data if key in known_parties]
        sides = [("", _("Not said")), *persons, *parties]
        for row in self.rows("terms"):
            row.owed_by.choices, row.owed_to.choices = sides, sides
            for each in (row.owed_by, row.owed_to):
                if each.data not in dict(sides):
                    each.data = ""

    def add_row(self, group: str) -> None:
        """Add an empty row at the end, with an id and, for a person, the next letter."""
        if len(self[group].entries) >= MOST_ROWS:
            return
        new: dict[str, Any] = {"key": fresh_key(group)}
        if group == "persons":
            new |= {
                "code": free_letter(row.code.data for row in self.rows("persons")),
                "age_band": "unknown",
            }
        if group == "parties":
            new |= {"involvement": "did", "rank_band": "unknown"}
        if group == "information":
            new |= {"reliability": "likely"}
        self[group].append_entry(new)

    def remove_row(self, group: str, key: str) -> None:
        """Take a row off."""
        self[group].entries = [one for one in self[group].entries if one.form.key.data != key]

    # --- checking ------------------------------------------------------------------------------

    def validate(self, extra_validators: Any = None) -> bool:
        """Check fields, then rows: empty ones are passed over, others must say what they are."""
        fine = super().validate(extra_validators=extra_validators)
        fine = self._days_are_fine() and fine
        for group in ROWS:
            for row in self.rows(group):
                if row.is_empty():
                    continue
                for name, sentence in row.missing():
                    fine = _refuse(row[name], sentence)
        fine = self._codes_differ() and fine
        fine = self._money_is_fine() and fine
        fine = self._terms_may_be_agreed() and fine
        for group in ROWS:
            found = [entry.errors for entry in self[group].entries]
            self[group].errors = found if any(found) else []
        return fine

    def _days_are_fine(self) -> bool:
        fine = True
        begun, ended = self.begun_on.data, self.ended_on.data
        for each in (self.begun_on, self.ended_on, self.paper_on):
            if each.data and each.data > self._today:
                fine = _refuse(each, _("This day has not come yet."))
        if begun and ended and ended < begun:
            fine = _refuse(self.ended_on, _("The last day comes before the first."))
        for moment in (each for row in self.rows("persons") for each in row.moments()):
            # A phone's clock and time zones may be off by hours, not by days.
            if moment.data and moment.data.date() > self._today:
                fine = _refuse(moment, _("This day has not come yet."))
        for row in self.rows("terms"):
            if row.fulfilled_on.data and row.fulfilled_on.data > self._today:
                fine = _refuse(row.fulfilled_on, _("This day has not come yet."))
        return fine

    def _terms_may_be_agreed(self) -> bool:
        typed = Record(
            persons=[person_of(row) for row in self._said("persons")],
            parties=[party_of(row, {}) for row in self._said("parties")],
            acts=[act_of(row) for row in self._said("acts")],
            terms=[term_of(row) for row in self._said("terms")],
        )
        refused = {one.id for one in terms_refused(typed, self.stored)}
        for row in self.rows("terms"):
            if row.key.data in refused:
                _refuse(row.kind, str(NotToBeAgreed()))
        return not refused

    def _codes_differ(self) -> bool:
        fine, taken = True, set()
        for row in self.rows("persons"):
            code = row.code.data.casefold()
            if code and code in taken:
                fine = _refuse(row.code, _("Somebody else in this case has this code."))
            taken.add(code)
        return fine

    def _money_is_fine(self) -> bool:
        fine, rows = True, {row.key.data: row for row in self._said("terms")}
        terms = [term_of(row) for row in rows.values()]
        parties = [party_of(row, {}) for row in self._said("parties")]
        for key, refused in refusals(terms, parties):
            fine = _refuse(rows[key][refused.field], refusal_text(refused.why))
        return fine

    def say_what_is_refused(self) -> None:
        """Say beside its field what can be no term, of a form that was not sent to be saved."""
        if not self._money_is_fine():
            self.terms.errors = [entry.errors for entry in self.terms.entries]

    def says_enough(self) -> bool:
        """True if it can be handed in: an act or some words. If not, it says so beside them."""
        if self.narrative.data or any(not row.is_empty() for row in self.rows("acts")):
            return True
        _refuse(self.narrative, _("Say what happened, or choose an act, before you hand it in."))
        return False

    def says_why(self) -> bool:
        """True if it was said why the record is changed. If not, it says so beside the field."""
        return bool(self.why.data) or _refuse(self.why, _("Say why the record is changed."))

    # --- what was typed --------------------------------------------------------------------------

    def typed(self, station_names: Mapping[str, str]) -> Record:
        """Record that the form holds, as the parts that it knows."""
        return Record(
            happening=Happening(
                begun_on=self.begun_on.data,
                ended_on=self.ended_on.data,
                about_when=self.about_when.data,
            ),
            place=Place(ward=self.ward.data, place=self.place.data),
            narrative=self.narrative.data,
            asked_for=self.asked_for.data,
            wanted=list(self.wanted.data),
            filing=Filing(how=self.how.data or "form", paper_on=self.paper_on.data),
            persons=[person_of(row) for row in self._said("persons")],
            parties=[party_of(row, station_names) for row in self._said("parties")],
            acts=[act_of(row) for row in self._said("acts")],
            information=[information_of(row) for row in self._said("information")],
            terms=[term_of(row) for row in self._said("terms")],
        )

    def _said(self, group: str) -> list[Any]:
        return [row for row in self.rows(group) if not row.is_empty()]

    def places_shown(self) -> dict[str, str]:
        """The digests that the page kept; none if they are unreadable."""
        try:
            found = json.loads(self.seen.data or "{}")
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(place): str(value) for place, value in found.items()}


def _refuse(field: Any, sentence: str) -> bool:
    field.errors = [*field.errors, sentence]
    return False


def _is_key(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 16 and text.isascii() and text.isalnum()


def _is_public(text: str) -> bool:
    return len(text) == 16 and set(text) <= _TOKEN_LETTERS


def as_form(record: Record) -> dict[str, Any]:
    """A record as the values of the form."""
    found: dict[str, Any] = {
        "begun_on": record.happening.begun_on,
        "ended_on": record.happening.ended_on,
        "about_when": record.happening.about_when,
        "ward": record.place.ward,
        "place": record.place.place,
        "narrative": record.narrative,
        "asked_for": record.asked_for,
        "wanted": record.wanted,
        "how": record.filing.how,
        "paper_on": record.filing.paper_on,
    }
    for group in ROWS:
        found[group] = [row_values(group, row) for row in getattr(record, group)]
    return found
