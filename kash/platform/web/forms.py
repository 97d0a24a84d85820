"""Forms and their fields. What is typed is kept when it is wrong, with a sentence beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.commands import Kinds, ShownProblems, filled
from kash.platform.web.errors import Problem
from kash.platform.web.fields import (
    LARGEST,
    ChoiceField,
    DayField,
    HiddenField,
    LongTextField,
    MomentField,
    NewIdField,
    PhoneField,
    RadioChoiceField,
    SecretField,
    SeveralField,
    TextField,
    TimeOfDayField,
    WholeNumberField,
    clean_text,
)

__all__ = [
    "BooleanField",
    "ChoiceField",
    "DayField",
    "HiddenField",
    "KashForm",
    "MomentField",
    "NewIdField",
    "PhoneField",
    "RadioField",
    "SelectField",
    "SeveralField",
    "TimeOfDayField",
    "choice_field",
    "clean_text",
    "email_field",
    "long_text_field",
    "password_field",
    "radio_field",
    "required",
    "text_field",
    "whole_number_field",
]

Validator = Callable[[Any, Any], None]
Command = TypeVar("Command")


class _SomethingEntered(InputRequired):
    """As InputRequired, but space alone is nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        super().__call__(form, field)
        sent = field.raw_data[0]
        if isinstance(field, PasswordField) or not isinstance(sent, str):
            return
        if not sent.strip():
            field.errors[:] = []
            raise StopValidation(self.message or "")


def required(message: Any = None) -> InputRequired:
    """Something must be entered."""
    return _SomethingEntered(message or _l("Enter this."))


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
    """A form whose text arrives stripped and without control characters, passwords as typed.

    It fills what a service is told (`command`), and shows what stood in the way where it belongs
    (`showing_problems`).
    """

    # The last that was shown.
    problem: Exception | None = None

    class Meta(FlaskForm.Meta):
        """Lets Flask-Babel translate, and cleans every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Add cleaning to text fields before their own validators see anything."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = list(unbound_field.kwargs.get("filters", ()))
                options = {**options, "filters": [clean_text, *filters]}
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Fields that were sent as a form. JSON has none: its values need not be texts."""
            if formdata is _Auto and request.is_json:
                return None
            return super().wrap_formdata(form, formdata)

        def get_translations(self, form: Any) -> Any:
            """WTForms' own few messages, in the page's language."""
            return super().get_translations(form)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse control characters; afterwards every field's errors are a list."""
        super().validate(extra_validators=extra_validators)
        for field in self:
            if isinstance(field, StringField) and not field.errors:
                try:
                    no_control_characters(self, field)
                except ValidationError as error:
                    self.mark_wrong(field, error)
            if isinstance(field.errors, tuple):
                field.errors = list(field.errors)
        self.check_together()
        return not self.errors

    def check_together(self) -> None:
        """Mark fields as wrong by rules that no field can tell alone, if the form has any."""

    def mark_wrong(self, field: Field, sentence: object) -> None:
        """Say what is wrong beside a field."""
        field.errors = [str(sentence)]

    def command(self, kind: type[Command], **given: Any) -> Command:
        """Command of a service: a dataclass filled from the fields of the same names.

        `given` goes before them. See `filled`.
        """
        return filled(kind, self.data, given)

    def showing_problems(self, *whole: type[Exception], **beside: Kinds) -> ShownProblems:
        """A block in which a service is called and its problems are shown in this form.

        A Problem goes beside the field that it names. `beside` names the field for other
        exceptions, or a field of another name; `whole` are those that no field is about. What
        belongs to no form goes on. After a block that is not left, the form has errors:

            with form.showing_problems():
                services.change_venue(public_id, form.command(VenueDetails), by=actor)
                return redirect(url_for("venues.index"))
            return page("venues/edit.html", form=form)
        """
        return ShownProblems(self.show, whole, beside)

    def show(self, problem: Exception, name: str | None = None) -> bool:
        """Put a problem beside the field of this name, or over the form if it has none such.

        Without a name the Problem says it. False if this belongs to no form.
        """
        if name is None:
            name = problem.field if isinstance(problem, Problem) else None
        if name is None:
            return False
        # Without its frames, which hold whatever was open, and this form.
        self.problem = problem.with_traceback(None)
        if name in self:
            self.mark_wrong(self[name], problem)
        else:
            self.form_errors.append(str(problem))
        return True


class _Within(NumberRange):
    """Says nothing of what is no number: that has been said already."""

    def __call__(self, form: Any, field: Any) -> None:
        if not field.errors:
            super().__call__(form, field)


# What a device would learn from what is typed, keep, or send away to have it corrected.
UNCORRECTED = {"autocomplete": "off", "spellcheck": "false", "autocorrect": "off"}


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
) -> TextField:
    """One line of text, at most `most` characters."""
    return TextField(
        label,
        description=description,
        validators=[*_presence(required), _length(most), *validators],
        render_kw={"maxlength": most} | UNCORRECTED | kwargs.pop("render_kw", {}),
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
) -> LongTextField:
    """Several lines of text. The browser is told no limit: it would cut what is pasted."""
    return LongTextField(
        label,
        description=description,
        validators=[*_presence(required), _length(most), *validators],
        render_kw={"rows": rows} | UNCORRECTED | kwargs.pop("render_kw", {}),
        **kwargs,
    )


def password_field(
    label: Any, *, new: bool = False, description: Any = "", **kwargs: Any
) -> SecretField:
    """A password, taken exactly as typed."""
    return SecretField(
        label,
        description=description,
        validators=[required(), _length(1000)],
        render_kw={"autocomplete": "new-password" if new else "current-password"},
        **kwargs,
    )


# No longer one is an address, and to take a long text apart takes long.
_LONGEST_EMAIL = 254


def one_written_email(value: Any) -> Any:
    """An address in the one form that it is looked up by; anything else as it is."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_EMAIL:
        return value
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except (EmailNotValidError, ValueError):
        return value


def _an_email(_form: Any, field: Field) -> None:
    if len(field.data or "") > _LONGEST_EMAIL:
        return
    try:
        validate_email(field.data or "", check_deliverability=False)
    except (EmailNotValidError, ValueError):
        raise ValidationError(
            _("This is not an e-mail address. It looks like name@example.org.")
        ) from None


def email_field(
    label: Any, *, required: bool = True, description: Any = "", **kwargs: Any
) -> TextField:
    """An e-mail address, in lower case."""
    return TextField(
        label,
        description=description,
        validators=[*_presence(required), _length(_LONGEST_EMAIL), _an_email],
        filters=[one_written_email],
        # A browser that filled it in would keep the addresses of everybody who was invited.
        render_kw={
            "type": "email",
            "autocomplete": "off",
            "inputmode": "email",
            "maxlength": _LONGEST_EMAIL,
        }
        | kwargs.pop("render_kw", {}),
        **kwargs,
    )


def whole_number_field(
    label: Any,
    *,
    least: int = 0,
    most: int = LARGEST,
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
        # Firefox keeps what is chosen in a list unless the list itself says otherwise.
        render_kw={"autocomplete": "off"} | kwargs.pop("render_kw", {}),
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
    return RadioChoiceField(
        label,
        choices=choices,
        description=description,
        validators=[*_presence(required), *validators],
        **kwargs,
    )
