"""Cash bail; a term that was set aside; and what a custodian notes of the duty to report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from kash.incidents.forms.rows import fresh_key
from kash.incidents.forms.versions import VersionedForm
from kash.incidents.money_words import NOTE_NAMES, PLACE_NAMES, WRONG_TEXTS
from kash.incidents.rules.cash_bail import wrong_with
from kash.incidents.rules.record import CashBail, Record, Term
from kash.incidents.rules.reporting import Policy, ReportNote, missing_of
from kash.platform.web.fields import MoneyField
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    KashForm,
    choice_field,
    long_text_field,
    radio_field,
    required,
    text_field,
)


class BailForm(VersionedForm):
    """Official cash bail. `key` makes the same form, sent twice, write it down once."""

    person = choice_field(_l("For whom"), required=False)
    amount = MoneyField(_l("Amount in KES"), validators=[required()])
    receipt = text_field(_l("Number of the receipt"), most=60, required=False)
    no_receipt = BooleanField(_l("No receipt was given"))
    paid_on = DayField(_l("Paid on"), validators=[required()])
    paid_to = radio_field(_l("Paid to"), list(PLACE_NAMES.items()))
    place = choice_field(_l("Station"), required=False)
    place_name = text_field(
        _l("Court, or station that is not on the list"), most=120, required=False
    )
    returned_on = DayField(_l("Given back on"), validators=[Optional()])
    returned_amount = MoneyField(_l("Given back, in KES"))
    key = HiddenField()

    def offer(
        self,
        record: Record,
        stations: Sequence[tuple[str, str]],
        today: date,
        bail: CashBail | None = None,
        *,
        receipt_needed: bool = False,
    ) -> None:
        """Offer who is on record and the stations; show what is written down already."""
        self._record, self._today, self._bail = record, today, bail
        self._stations = dict(stations)
        if bail is not None and bail.place and bail.place not in self._stations:
            # A station that is on the list no longer stays with what names it.
            self._stations[bail.place] = bail.place_name or _("A former station")
        persons = [(one.id, one.code) for one in record.persons]
        self.person.choices = [("", _("Choose") if persons else _("Not said")), *persons]
        self.place.choices = [("", _("Not on the list")), *self._stations.items()]
        if receipt_needed:
            del self.no_receipt
        if not self.is_submitted():
            self._show(bail)
            if bail is None and len(persons) == 1:
                self.person.data = persons[0][0]
        key = self.key.data
        if not (0 < len(key) <= 16 and key.isascii() and key.isalnum()):
            self.key.data, self.key.raw_data = "b" + fresh_key("terms")[1:], None

    def _show(self, bail: CashBail | None) -> None:
        if bail is None:
            return
        for name in ("person", "receipt", "paid_on", "paid_to", "place", "returned_on"):
            self[name].data = getattr(bail, name)
        self.amount.data, self.returned_amount.data = bail.amount, bail.returned_amount
        self.place_name.data = "" if bail.place else bail.place_name
        if "no_receipt" in self:
            self.no_receipt.data = bool(bail.amount) and not bail.receipt

    def bail(self) -> CashBail:
        """Cash bail as it was typed."""
        court = self.paid_to.data == "court"
        place = "" if court else self.place.data
        return CashBail(
            id=self._bail.id if self._bail is not None else self.key.data,
            person=self.person.data,
            amount=self.amount.data or 0,
            receipt=self.receipt.data,
            paid_on=self.paid_on.data,
            paid_to=self.paid_to.data or "station",
            place=place,
            place_name=self._stations.get(place, self.place_name.data),
            returned_on=self.returned_on.data,
            returned_amount=self.returned_amount.data,
        )

    def check_together(self) -> None:
        """Besides each field: a receipt or that there is none, one place, and a way back that fits
        what was paid."""
        if self.place.data and (self.place_name.data or self.paid_to.data == "court"):
            self.mark_wrong(
                self.place,
                _("Choose a station, or write the name of a court or another station, not both."),
            )
        none_given = bool(self.no_receipt.data) if "no_receipt" in self else False
        found = wrong_with(
            self.bail(),
            self._record.bail,
            [one.id for one in self._record.persons],
            self._today,
            no_receipt=none_given,
        )
        for name, wrong in found:
            if not self[name].errors:
                self.mark_wrong(self[name], WRONG_TEXTS[wrong])


class TakeOutForm(KashForm):
    """Why a term that was set aside is no term."""

    term = HiddenField()
    reason = long_text_field(_l("Why"), most=2000, required=True, rows=3)


class ReportForm(VersionedForm):
    """Decision about a report, and a note of it: nothing is sent by it."""

    kind = radio_field(_l("What is decided"), list(NOTE_NAMES.items()))
    on = DayField(_l("Reported on"), validators=[Optional()])
    reported_by = text_field(_l("By whom"), most=120, required=False)
    reference = text_field(
        _l("Reference"),
        most=120,
        required=False,
        description=_l("What the commission gave as a number, or how it was reported."),
    )
    reason = long_text_field(
        _l("Why, and which paragraph of the policy"),
        most=2000,
        rows=3,
    )

    def note(self) -> ReportNote:
        """Note as it was typed, without who and when."""
        reported = self.kind.data == "reported"
        return ReportNote(
            kind=self.kind.data or "",
            on=self.on.data if reported else None,
            reported_by=(self.reported_by.data) if reported else "",
            reference=(self.reference.data or "") if reported else "",
            reason=self.reason.data,
        )

    def refuse(self, today: date) -> bool:
        """True if all that was typed is whole; says beside its field what is not."""
        found = missing_of(self.note(), today)
        for name, missing in found:
            self.mark_wrong(
                self[name],
                {
                    "enter": _("Enter this."),
                    "not_yet": _("This day has not come yet."),
                    "reason": _("Write why, with the paragraph of the policy."),
                }[missing],
            )
        return not found


class PolicyForm(KashForm):
    """The programme's written policy on reporting."""

    name = text_field(_l("What it is called"), most=120)
    dated_on = DayField(_l("Of which day"), validators=[required()])
    checked_by = text_field(_l("Which lawyer wrote or checked it"), most=120)

    def policy(self) -> Policy:
        """Policy as it was typed."""
        return Policy(self.name.data, self.dated_on.data, self.checked_by.data)

    def refuse_future(self, today: date) -> bool:
        """True if the day is one that has come; says so beside it if not."""
        if self.dated_on.data and self.dated_on.data > today:
            self.mark_wrong(self.dated_on, _("This day has not come yet."))
            return False
        return True


def bail_from(term: Term, record: Record) -> CashBail:
    """Cash bail with all that can be taken over of a term that was set aside, to be looked
    through."""
    persons = {one.id for one in record.persons}
    station = next((one for one in record.parties if one.id == term.owed_to), None)
    return CashBail(
        id="b" + fresh_key("terms")[1:],
        person=term.owed_by if term.owed_by in persons else "",
        amount=term.amount or 0,
        paid_on=term.fulfilled_on,
        place=station.station if station is not None else "",
        place_name=station.station_name if station is not None else "",
    )
