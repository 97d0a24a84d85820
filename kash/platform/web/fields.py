"""Fields that read phones, days, times, numbers and choices, and keep what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from wtforms import (
    DateField,
    FieldList,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms import HiddenField as _HiddenField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional, ValidationError

from kash.platform.database import is_public_id, new_public_id
from kash.platform.web.formats import from_local, to_local

DEFAULT_REGION = "KE"
SMALLEST, LARGEST = -(2**31), 2**31 - 1
_MONEY = re.compile(r"(?:KES|Ksh|KSh)?([0-9]{1,8})(?:\.([0-9]{1,2}))?(?:/[-=])?", re.IGNORECASE)
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def clean_text(value: Any) -> Any:
    """Text without space around it, in one Unicode form, with one kind of line end."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()


class _NeverNothing(StringField):
    data: str

    def process(self, *args: Any, **kwargs: Any) -> None:
        """As every field; what was neither sent nor there before is empty text."""
        super().process(*args, **kwargs)
        if self.data is None:
            self.data = ""


class TextField(_NeverNothing):
    """One line of text, "" if there is none."""


class LongTextField(_NeverNothing, TextAreaField):
    """Several lines of text, "" if there is none."""


class SecretField(_NeverNothing, PasswordField):
    """A password, "" if there is none."""


class HiddenField(_NeverNothing, _HiddenField):
    """A value that a page carries and shows nobody, "" if there is none."""


class RowsField(FieldList):  # type: ignore[type-arg]
    """Rows of fields, each with its number in the names of what is sent. A name that is no row's is
    passed over: WTForms fails at a number that only Unicode takes for one, or that never ends."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        begins = f"{prefix}-"
        for name in formdata:
            number = name[len(begins) :].split("-", 1)[0] if name.startswith(begins) else ""
            if number.isascii() and number.isdigit() and len(number) < 6:
                yield int(number)


class NewIdField(HiddenField):
    """The id of what a form makes: drawn when the form is opened, so that the same form sent twice
    makes one thing. What comes back and is no id is drawn anew."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=new_public_id, **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Read the id."""
        given = valuelist[0] if valuelist else ""
        self.data = given if is_public_id(given) else new_public_id()


def number_as_read(typed: str) -> str:
    """A phone number as E.164, however it is grouped; empty if it is none. Without a country code
    it is taken as Kenyan."""
    try:
        number = phonenumbers.parse(typed, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class PhoneField(StringField):
    """A phone number as E.164, or None. Without a country code it is taken as Kenyan."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault(
            "render_kw", {"type": "tel", "autocomplete": "off", "inputmode": "tel", "maxlength": 40}
        )
        super().__init__(label, validators if validators is not None else [Optional()], **kwargs)
        self.typed: str | None = None

    def process_formdata(self, valuelist: Any) -> None:
        """Read the number; what was typed stays on the page when it is wrong."""
        self.typed = clean_text(valuelist[0]) if valuelist else None
        self.data = None
        if not self.typed:
            return
        number = number_as_read(self.typed) if len(self.typed) <= 40 else ""
        if not number:
            raise ValueError(_("This is not a phone number. It looks like 0712 345 678."))
        self.data = number

    def _value(self) -> str:
        if self.raw_data and self.typed is not None:
            return self.typed
        return self.data or ""


class DayField(DateField):
    """A day, between 1900 and 2199."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read a day; refuse years that no programme has."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            super().process_formdata([str(valuelist[0]).strip()])
        except (ValueError, OverflowError):
            raise ValueError(_("This is not a day. It looks like 2026-11-16.")) from None
        if self.data is not None and not _EARLIEST <= self.data <= _LATEST:
            self.data = None
            raise ValueError(_("This is not a day. It looks like 2026-11-16."))


class TimeOfDayField(TimeField):
    """A time of day, to the minute."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read a time; seconds are dropped."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            hour, minute = str(valuelist[0]).strip().split(":")[:2]
            if not (hour + minute).isascii():
                raise ValueError
            self.data = time(int(hour), int(minute))
        except (ValueError, OverflowError):
            raise ValueError(_("This is not a time. It looks like 08:30.")) from None


class MomentField(StringField):
    """A day and a time in the programme's zone, as an aware UTC moment."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"type": "datetime-local"})
        super().__init__(label, validators or [], **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Read the local moment."""
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        try:
            local = datetime.fromisoformat(text)
            if not _EARLIEST <= local.date() <= _LATEST:
                raise ValueError
            if local.tzinfo is not None:
                self.data = local.astimezone(UTC)
            else:
                self.data = from_local(local.date(), local.time())
        except (ValueError, OverflowError):
            raise ValueError(
                _("This is not a day and time. It looks like 2026-11-16 08:30.")
            ) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return to_local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""


class WholeNumberField(IntegerField):
    """A whole number that every column can hold."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read digits only: Python would also take underscores and other scripts."""
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        digits = text.removeprefix("-").removeprefix("+")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 10:
            raise ValueError(_("This must be a whole number."))
        number = int(text)
        if not SMALLEST <= number <= LARGEST:
            raise ValueError(_("This must be a whole number."))
        self.data = number


class MoneyField(StringField):
    """An amount of money as whole cents, or None; at most 99,999,999.99."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault(
            "render_kw", {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
        )
        super().__init__(label, validators if validators is not None else [Optional()], **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Read the amount; marks of thousands are dropped, and a currency before it."""
        self.data = None
        text = str(clean_text(valuelist[0])) if valuelist else ""
        if not text:
            return
        match = _MONEY.fullmatch("".join(text.split()).replace(",", ""))
        if match is None:
            raise ValueError(_("This is not an amount. It looks like 1500 or 1500.50."))
        self.data = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else typed_money(self.data)


def typed_money(cents: int) -> str:
    """An amount in cents as it is typed: "1500", or "1500.50"."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _offered(choices: Any) -> Any:
    """Choices as the fields take them, from pairs of value and label or {heading: such pairs}."""
    if choices is None or callable(choices):
        return choices
    if isinstance(choices, Mapping):
        return [
            SelectChoice(value, label, optgroup=heading)
            for heading, pairs in choices.items()
            for value, label in pairs
        ]
    return [
        choice if isinstance(choice, SelectChoice) else SelectChoice(choice[0], choice[1])
        for choice in choices
    ]


class _Offering(SelectField):
    """A field that is offered pairs of value and label, when it is made or later."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"choices": _offered(kwargs.get("choices"))})

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, _offered(value) if name == "choices" else value)


class ChoiceField(_Offering):
    """One of a list, "" if nothing was chosen. What is not on the list is refused with our
    sentence; space is nothing."""

    data: str

    def process(self, *args: Any, **kwargs: Any) -> None:
        """As every field; what was neither sent nor there before is nothing chosen."""
        super().process(*args, **kwargs)
        if self.data is None:
            self.data = ""

    def process_formdata(self, valuelist: Any) -> None:
        """Take space alone as nothing chosen: an optional list would let it through."""
        super().process_formdata([value if str(value).strip() else "" for value in valuelist])

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose one from the list.")) from None


class RadioChoiceField(_Offering, RadioField):
    """One of a list, all shown at once."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list; nothing chosen is nothing."""
        if self.data is None or self.data == "None" or not str(self.data).strip():
            self.data = None
            return
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose one from the list.")) from None


class SeveralField(_Offering, SelectMultipleField):
    """Any number of a list, drawn as boxes to tick; an empty list if none was."""

    data: list[Any]

    def process(self, *args: Any, **kwargs: Any) -> None:
        """As every field; what was neither sent nor there before is none."""
        super().process(*args, **kwargs)
        if self.data is None:
            self.data = []

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose from the list.")) from None
