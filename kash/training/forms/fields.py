"""Forms of rows, made from the declaration of their fields."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field as FormField
from wtforms.validators import InputRequired, Optional

from kash.platform.web import KashForm
from kash.platform.web.fields import DayField
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    text_field,
    whole_number_field,
)
from kash.training.rules.fields import Field, FieldKind, RowKind, Value


def field_of(field: Field, *, needed: bool = True) -> Any:
    """The field of a form in which a declared field is written; optional unless `needed`."""
    label, help = _l(field.label), _l(field.help) if field.help else ""
    required = needed and field.needed
    if field.kind is FieldKind.LINE:
        return text_field(label, most=field.most, required=required, description=help)
    if field.kind is FieldKind.TEXT:
        return long_text_field(label, most=field.most, required=required, description=help, rows=3)
    if field.kind is FieldKind.NUMBER:
        return whole_number_field(
            label, least=field.least, most=field.most, required=required, description=help
        )
    if field.kind is FieldKind.CHOICE:
        choices = [("", "–"), *((value, _l(words)) for value, words in field.choices.items())]
        return choice_field(label, choices, required=False, description=help)
    return DayField(label, description=help, validators=[Optional()])


@cache
def form_of(kind: RowKind, *, needed: bool = True) -> type[KashForm]:
    """The form of a kind of row; in a translation nothing is needed yet."""
    fields = {field.name: field_of(field, needed=needed) for field in kind.written}
    return type(f"{kind.name.title()}Form", (KashForm,), fields)


def let_be_empty(field: FormField) -> None:
    """Ask for nothing in a field, as in a translation, whose rows are worded one by one."""
    field.validators = [each for each in field.validators if not isinstance(each, InputRequired)]
    field.flags.required = False


def written(form: KashForm, kind: RowKind) -> dict[str, Value]:
    """Values that were written into the form of a kind of row."""
    return {
        field.name: field.empty if (value := form[field.name].data) is None else value
        for field in kind.written
    }
