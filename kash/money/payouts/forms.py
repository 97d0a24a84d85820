"""How payouts are put into words. Forms of payouts, and the grid in which rates are typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import ValidationError

from kash.money.payouts.models import PayoutPart
from kash.money.payouts.rules import (
    MOST_BANDS,
    ROLES,
    Basis,
    PaymentDifference,
    PaymentState,
    Rates,
    RoleRates,
    RowFault,
    needs_reason,
    next_states,
    read_amount,
    written_amount,
)
from kash.platform.web import KashForm
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import HiddenField, NewIdField, PhoneField, SeveralField
from kash.platform.web.formats import day_text
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)

ROLE: dict[str, Any] = {
    "participant": _l("Participant"),
    "facilitator": _l("Facilitator"),
    "driver": _l("Driver"),
    "interpreter": _l("Interpreter"),
    "helper": _l("Helper"),
}
BASIS: dict[Basis, Any] = {Basis.DAY: _l("for each day"), Basis.SESSION: _l("for each session")}
STATE: dict[PaymentState, Any] = {
    PaymentState.OUTSTANDING: _l("To be paid"),
    PaymentState.SENT: _l("Sent to mobile money"),
    PaymentState.PAID: _l("Was paid"),
    PaymentState.FAILED: _l("Payment failed"),
    PaymentState.RETURNED: _l("Money returned"),
    PaymentState.CHANGED: _l("Goes back: changed after approval"),
}
STATE_TONE: dict[PaymentState, str] = {
    PaymentState.OUTSTANDING: "live",
    PaymentState.SENT: "live",
    PaymentState.PAID: "good",
    PaymentState.FAILED: "bad",
    PaymentState.RETURNED: "",
    PaymentState.CHANGED: "warn",
}
# In what a payment is no longer what was approved.
DIFFERENCE: dict[PaymentDifference, Any] = {
    PaymentDifference.PAYEE: _l("The payee is not the one who was approved."),
    PaymentDifference.PHONE: _l("The phone was changed after the approval."),
    PaymentDifference.NO_PHONE: _l("No phone was approved for this payment."),
}
# How a list stands.
LIST_STATE: dict[str, Any] = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved and frozen"),
    "returned": _l("List sent back"),
}
REVERSAL_STATE: dict[str, Any] = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved"),
    "returned": _l("Sent back"),
}
LIST_TONE = {"proposed": "live", "approved": "good", "returned": "bad"}
MEANS: dict[str, Any] = {
    "cash": _l("In cash, signed for on paper"),
    "mobile": _l("By mobile money"),
    "bank": _l("By bank"),
}
FAULT: dict[RowFault, Any] = {
    RowFault.UNKNOWN: _l("This reference is not on the list."),
    RowFault.TWICE: _l("This reference stood further up already."),
    RowFault.STATE: _l("What happened is in words that are not known here."),
    RowFault.AMOUNT: _l("The amount is not the one on the list."),
    RowFault.STEP: _l("This can't follow on how the payment stands."),
    RowFault.OTHERWISE: _l(
        "Paid in another way already: the money was received twice. Tell the director."
    ),
    RowFault.ANOTHER: _l(
        "Paid by mobile money already, perhaps by another transfer: compare the receipts, and "
        "tell the director."
    ),
    RowFault.MAKER: _l(
        "You made the file with this payment. Another trainer of this workshop says what failed "
        "or came back."
    ),
}


def units_text(units: int) -> str:
    """Hundredths of a day or session as they are read: "2", "1.5"."""
    return str(format_decimal(units / 100))


LONGEST_BAND = 60
MOST_FILE_BYTES = 2 * 1024 * 1024


def not_an_amount() -> str:
    """Sentence beside an amount that can't be read."""
    return _("Write an amount such as 500 or 1,250.50.")


def is_amount(_form: Any, field: Any) -> None:
    """Refuse what is no amount of money."""
    if field.data and read_amount(field.data) is None:
        raise ValidationError(not_an_amount())


class RatesForm(KashForm):
    """Parts of a rate table beside its grid."""

    currency = text_field(_l("Currency, by its three letters"), most=3)
    least_weight = whole_number_field(
        _l("A session counts from this weight of its mark, in per cent"), least=1, most=100
    )
    weighted = BooleanField(_l("Pay only the share that the mark counts"))

    def validate_currency(self, field: Any) -> None:
        """Three letters."""
        field.data = (field.data or "").upper()
        if not (len(field.data) == 3 and field.data.isascii() and field.data.isalpha()):
            raise ValidationError(_("A currency has three letters, such as KES."))


class RatesGrid:
    """Bands in rows, roles in columns, as typed. `errors` by the name of the field."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self.typed = typed
        self.errors: dict[str, str] = {}

    @classmethod
    def of(cls, rates: Rates | None) -> RatesGrid:
        """The grid as it stands before anybody types."""
        if rates is None:
            return cls({})
        typed = {f"band-{place}": band for place, band in enumerate(rates.bands)}
        for role, value in rates.roles.items():
            typed[f"basis-{role}"] = str(value.basis)
            for place, cents in enumerate(value.cents):
                typed[f"rate-{role}-{place}"] = "" if cents is None else _shown(cents)
        return cls(typed)

    @classmethod
    def posted(cls, form: Mapping[str, str]) -> RatesGrid:
        """Grid as it was typed."""
        names = [f"band-{place}" for place in range(MOST_BANDS)]
        names += [f"basis-{role}" for role in ROLES]
        names += [f"rate-{role}-{place}" for role in ROLES for place in range(MOST_BANDS)]
        return cls({name: " ".join(str(form.get(name, "")).split()) for name in names})

    def value(self, name: str) -> str:
        """Text that stands in a field."""
        return self.typed.get(name, "")

    def _bands(self) -> list[tuple[int, str]]:
        bands: list[tuple[int, str]] = []
        for place in range(MOST_BANDS):
            name = f"band-{place}"
            band = self.value(name)
            if not band:
                continue
            if len(band) > LONGEST_BAND:
                self.errors[name] = _("Use at most %(most)s characters.", most=LONGEST_BAND)
            elif CONTROL_CHARACTERS.search(band):
                self.errors[name] = _("This holds characters that cannot be shown. Type it again.")
            elif band in [other for _, other in bands]:
                self.errors[name] = _("This band stands further up already.")
            bands.append((place, band))
        if not bands:
            self.errors["band-0"] = _("Name at least one band.")
        return bands

    def _cents(self, role: str, place: int) -> int | None:
        name = f"rate-{role}-{place}"
        typed = self.value(name)
        cents = read_amount(typed) if typed else None
        if typed and cents is None:
            self.errors[name] = not_an_amount()
        return cents

    def read(self) -> tuple[tuple[str, ...], dict[str, RoleRates]] | None:
        """Bands, and rates by role; None if something must be corrected."""
        bands = self._bands()
        places = {place for place, _ in bands}
        roles: dict[str, RoleRates] = {}
        for role in ROLES:
            cents = tuple(self._cents(role, place) for place, _ in bands)
            for place in range(MOST_BANDS):
                if place not in places and self.value(f"rate-{role}-{place}"):
                    self.errors[f"band-{place}"] = _("Name the band of this rate.")
            basis = self.value(f"basis-{role}")
            if any(cent is not None for cent in cents):
                is_basis = basis in [str(is_basis) for is_basis in Basis]
                roles[role] = RoleRates(Basis(basis) if is_basis else Basis.DAY, cents)
        if not roles and not self.errors:
            self.errors["rate-participant-0"] = _("Enter at least one rate.")
        return None if self.errors else (tuple(band for _, band in bands), roles)


def _shown(cents: int) -> str:
    return written_amount(cents).removesuffix(".00")


class ExceptionForm(KashForm):
    """Nothing, or something extra, and why."""

    kind = radio_field(
        _l("What is different"),
        [
            ("none", _l("Nothing: as everybody")),
            ("waived", _l("Nothing is paid")),
            ("extra", _l("Something extra is paid once")),
        ],
    )
    extra = text_field(_l("How much extra"), most=16, required=False, validators=[is_amount])
    reason = long_text_field(_l("Why"), most=500)

    def fill(self, part: PayoutPart | None) -> None:
        """Show what was decided before."""
        if part is None:
            self.kind.data = "none"
            return
        self.kind.data = "waived" if part.waived else "extra" if part.extra_cents else "none"
        self.extra.data = _shown(part.extra_cents) if part.extra_cents else ""
        self.reason.data = part.reason

    def cents(self) -> int:
        """The extra, in cents."""
        return (read_amount(self.extra.data) or 0) if self.kind.data == "extra" else 0

    def check_together(self) -> None:
        """An exception needs a reason, and an extra an amount."""
        if self.kind.data in ("waived", "extra") and not self.reason.data:
            self.mark_wrong(self.reason, _("Say why. The approver reads it."))
        if self.kind.data == "extra" and not self.cents() and not self.extra.errors:
            self.mark_wrong(self.extra, _("Enter how much extra is paid."))


class PayeeForm(KashForm):
    """Somebody who is paid and stands on no register. `key` makes the same form, sent twice, add
    one payee."""

    name = text_field(_l("Name"), most=200)
    phone = PhoneField(_l("Phone"))
    role = choice_field(_l("Role"), list(ROLE.items()))
    band = choice_field(_l("Distance band"))
    days = SeveralField(_l("Days"), coerce=str)
    key = NewIdField()

    def offer(self, bands: Sequence[str], days: Sequence[date]) -> None:
        """Set what can be chosen."""
        self.band.choices = [(band, band) for band in bands]
        self.days.choices = [(day.isoformat(), day_text(day)) for day in days]

    def validate_days(self, field: Any) -> None:
        """At least one day."""
        if not field.data:
            raise ValidationError(_("Choose at least one day."))

    def chosen_days(self) -> list[date]:
        """The days that were ticked."""
        return [date.fromisoformat(day) for day in self.days.data]


class PaymentForm(KashForm):
    """Outcome of one payment."""

    stood: PaymentState
    before = HiddenField()
    state = radio_field(_l("What happened"))
    means = choice_field(
        _l("How it was paid"), [("", _l("Not paid, or not known")), *MEANS.items()], required=False
    )
    receipt = text_field(_l("Receipt of mobile money or bank"), most=60, required=False)
    reason = long_text_field(_l("Why"), most=500)

    def offer(self, before: PaymentState, *, in_file: bool, made_file: bool) -> None:
        """Set what may follow on how the payment stands. One in a file is not paid otherwise."""
        self.stood = before
        following = next_states(before, in_file=in_file, made_file=made_file)
        self.state.choices = [
            (str(state), STATE[state]) for state in PaymentState if state in following
        ]
        if in_file:
            self.means.choices = [("", _("Not paid, or not known")), ("mobile", MEANS["mobile"])]

    def check_together(self) -> None:
        """All but paying needs a reason."""
        chosen = self.state.data
        if (
            chosen in list(PaymentState)
            and needs_reason(self.stood, PaymentState(chosen))
            and not self.reason.data
        ):
            self.mark_wrong(self.reason, _("Say why. The readers of the list need it later."))


class ResultsForm(KashForm):
    """The result file of mobile money."""

    file = FileField(_l("File"))
    only_fitting = BooleanField(_l("Take the rows that fit, and leave the others out"))

    def validate_file(self, field: Any) -> None:
        """A file is needed."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))


class SettleForm(KashForm):
    """Choice of the workshop that pays a day that both claim."""

    keeps = radio_field(_l("Who pays this day"))
    reason = long_text_field(_l("Why"), most=500, required=True)
