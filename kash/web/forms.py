"""Forms and their fields. What is typed is kept when it is wrong, with a sentence beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from kash.web.formats import from_local, to_local
from kash.web.input import CONTROL_CHARACTERS

__all__ = [
    "BooleanField",
    "ChoiceField",
    "DayField",
    "KashForm",
    "MomentField",
    "PhoneField",
    "RadioField",
    "SelectField",
    "SeveralField",
    "TimeOfDayField",
    "choice_field",
    "email_field",
    "long_text_field",
    "password_field",
    "radio_field",
    "required",
    "text_field",
    "whole_number_field",
]

DEFAULT_REGION = "KE"
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)

Validator = Callable[[Any, Any], None]


class _SomethingEntered(InputRequired):
    """As InputRequired, but space alone is nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        super().__call__(form, field)
        if isinstance(field, PasswordField) or not isinstance(field.data, str):
            return
        if not field.data.strip():
            field.errors[:] = []
            raise StopValidation(self.message or "")


def required(message: Any = None) -> InputRequired:
    """Something must be entered."""
    return _SomethingEntered(message or _l("Enter this."))


def clean_text(value: Any) -> Any:
    """Text without space around it, in one Unicode form, with one kind of line end."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()


def no_control_characters(_form: Any, field: Field) -> None:
    """Refuse what cannot be seen, and line breaks where there is one line."""
    value = field.data
    if not isinstance(value, str):
        return
    if CONTROL_CHARACTERS.search(value):
        raise ValidationError(_("This holds characters that cannot be shown. Type it again."))
    if not isinstance(field, TextAreaField) and "\n" in value:
        raise ValidationError(_("This must be on one line."))


class KashForm(FlaskForm):
    """A form whose text arrives stripped and without control characters, passwords as typed."""

    class Meta(FlaskForm.Meta):
        """Lets Flask-Babel translate, and cleans every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Add cleaning to text fields before their own validators see anything."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = list(unbound_field.kwargs.get("filters", ()))
                options = {**options, "filters": [clean_text, *filters]}
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            """WTForms' own few messages, in the page's language."""
            return super().get_translations(form)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse control characters; afterwards every field's errors are a list."""
        fine = super().validate(extra_validators=extra_validators)
        for field in self:
            if isinstance(field, StringField) and not field.errors:
                try:
                    no_control_characters(self, field)
                except ValidationError as error:
                    field.errors = [str(error)]
                    fine = False
            if isinstance(field.errors, tuple):
                field.errors = list(field.errors)
        return fine


class _Within(NumberRange):
    """Says nothing of what is no number: that has been said already."""

    def __call__(self, form: Any, field: Any) -> None:
        if not field.errors:
            super().__call__(form, field)


def _length(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


def _presence(needed: bool) -> list[Any]:
    return [required()] if needed else [Optional()]


def text_field(
    label: Any,
    *,
    most: int = 120,
    required: bool = True,
    description: Any = "",
    validators: Iterable[Validator] = (),
    **kwargs: Any,
) -> StringField:
    """One line of text, at most `most` characters."""
    return StringField(
        label,
        description=description,
        validators=[*_presence(required), _length(most), *validators],
        render_kw={"maxlength": most, "autocomplete": "off"} | kwargs.pop("render_kw", {}),
        **kwargs,
    )


def long_text_field(
    label: Any,
    *,
    most: int = 5000,
    required: bool = False,
    description: Any = "",
    rows: int = 4,
    validators: Iterable[Validator] = (),
    **kwargs: Any,
) -> TextAreaField:
    """Several lines of text. The browser is told no limit: it would cut what is pasted."""
    return TextAreaField(
        label,
        description=description,
        validators=[*_presence(required), _length(most), *validators],
        render_kw={"rows": rows} | kwargs.pop("render_kw", {}),
        **kwargs,
    )


def password_field(
    label: Any, *, new: bool = False, description: Any = "", **kwargs: Any
) -> PasswordField:
    """A password, taken exactly as typed."""
    return PasswordField(
        label,
        description=description,
        validators=[required(), _length(1000)],
        render_kw={"autocomplete": "new-password" if new else "current-password"},
        **kwargs,
    )


def one_written_email(value: Any) -> Any:
    """An address in the one form that it is looked up by; anything else as it is."""
    if not isinstance(value, str) or not value:
        return value
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except (EmailNotValidError, ValueError):
        return value


def _an_email(_form: Any, field: Field) -> None:
    try:
        validate_email(field.data or "", check_deliverability=False)
    except (EmailNotValidError, ValueError):
        raise ValidationError(
            _("This is not an e-mail address. It looks like name@example.org.")
        ) from None


def email_field(
    label: Any, *, required: bool = True, description: Any = "", **kwargs: Any
) -> StringField:
    """An e-mail address, in lower case."""
    return StringField(
        label,
        description=description,
        validators=[*_presence(required), _length(254), _an_email],
        filters=[one_written_email],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "maxlength": 254}
        | kwargs.pop("render_kw", {}),
        **kwargs,
    )


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
        if len(self.typed) > 40:
            raise ValueError(_("This is not a phone number. It looks like 0712 345 678."))
        try:
            number = phonenumbers.parse(self.typed, DEFAULT_REGION)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise ValueError(_("This is not a phone number. It looks like 0712 345 678."))
        self.data = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

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
        if not _SMALLEST <= number <= _LARGEST:
            raise ValueError(_("This must be a whole number."))
        self.data = number


def whole_number_field(
    label: Any,
    *,
    least: int = 0,
    most: int = _LARGEST,
    required: bool = True,
    description: Any = "",
    validators: Iterable[Validator] = (),
    **kwargs: Any,
) -> WholeNumberField:
    """A whole number from `least` to `most`."""
    bounds = _Within(
        min=least,
        max=most,
        message=_l("Use a number from %(least)s to %(most)s.", least=least, most=most),
    )
    return WholeNumberField(
        label,
        description=description,
        validators=[*_presence(required), bounds, *validators],
        render_kw={"inputmode": "numeric", "min": least, "max": most} | kwargs.pop("render_kw", {}),
        **kwargs,
    )


class ChoiceField(SelectField):
    """One of a list. What is not on the list is refused with our sentence."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose one from the list.")) from None


class _RadioChoiceField(RadioField):
    def pre_validate(self, form: Any) -> None:
        if self.data is None or self.data == "None":
            self.data = None
            return
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose one from the list.")) from None


class SeveralField(SelectMultipleField):
    """Any number of a list, drawn as boxes to tick."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(_("Choose from the list.")) from None


def choice_field(
    label: Any,
    choices: Sequence[tuple[str, Any]] | None = None,
    *,
    required: bool = True,
    description: Any = "",
    validators: Iterable[Validator] = (),
    **kwargs: Any,
) -> ChoiceField:
    """A drop-down list. If nothing need be chosen, offer ("", …) as the first choice."""
    return ChoiceField(
        label,
        choices=choices,
        description=description,
        validators=[*_presence(required), *validators],
        coerce=str,
        **kwargs,
    )


def radio_field(
    label: Any,
    choices: Sequence[tuple[str, Any]] | None = None,
    *,
    required: bool = True,
    description: Any = "",
    validators: Iterable[Validator] = (),
    **kwargs: Any,
) -> RadioField:
    """All choices at once."""
    return _RadioChoiceField(
        label,
        choices=choices,
        description=description,
        validators=[*_presence(required), *validators],
        **kwargs,
    )
