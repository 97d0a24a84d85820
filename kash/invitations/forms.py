"""Forms of sign-ups: the links, the list of a station, and the open form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField
from wtforms.validators import Optional

from kash.invitations.rules import LONGEST_DAYS, MOST_ROWS
from kash.invitations.sealed import Typed
from kash.people.rules.persons import AGE_BANDS, is_a_name
from kash.people.words import AGE_BAND, SEX
from kash.platform.web.fields import PhoneField, RowsField
from kash.platform.web.forms import (
    KashForm,
    NewIdField,
    SeveralField,
    choice_field,
    text_field,
    whole_number_field,
)

_UNDER_AGE = "under18"


def _days(usual: int) -> Any:
    return whole_number_field(
        _l("Days until the link ends"), least=1, most=LONGEST_DAYS, default=usual
    )


class QuotaForm(KashForm):
    """Links for the liaisons of stations."""

    stations = SeveralField(_l("Stations"), validators=[Optional()], choices=[])
    quota = whole_number_field(_l("Places for each station"), least=1, most=MOST_ROWS, default=10)
    days = _days(14)
    call = text_field(
        _l("Whom to call"),
        most=120,
        required=False,
        description=_l("An office and its number, for the letter. No name of a person."),
    )


class OpenLinkForm(KashForm):
    """An open link."""

    group = choice_field(_l("Who it is for"))
    most_rows = whole_number_field(_l("Names at most"), least=1, most=MOST_ROWS, default=60)
    days = _days(14)


class _Anyone(KashForm):
    """Anyone's, on a page without a session: so it has no token."""

    class Meta(KashForm.Meta):
        """As every form, but for the token."""

        csrf = False


class SignUpRow(_Anyone):
    """Somebody to put down. A row in which nothing is written is nobody."""

    name = text_field(_l("Name"), most=200, required=False)
    sex = choice_field(_l("Sex"), [("", _l("Not said")), *SEX.items()], required=False)
    age_band = choice_field(
        _l("Age"),
        [("", _l("Choose")), *((band, AGE_BAND[band]) for band in AGE_BANDS)],
        required=False,
    )
    key = NewIdField()

    @property
    def is_empty(self) -> bool:
        """True if nothing is written in this row."""
        return not (self.name.data or self.age_band.data or self.sex.data)

    @property
    def typed(self) -> Typed:
        """The row as it was typed."""
        return Typed(self.name.data or "", self.sex.data or "", self.age_band.data or "")

    def check_together(self) -> None:
        """Also: a name has a letter, and nobody under 18 is put down."""
        if self.is_empty:
            return
        if not self.name.data:
            self.mark_wrong(self.name, _("Enter this."))
        elif not is_a_name(self.name.data):
            self.mark_wrong(self.name, _("A name needs at least one letter."))
        if not self.age_band.data:
            self.mark_wrong(self.age_band, _("Choose one."))
        elif self.age_band.data == _UNDER_AGE:
            self.mark_wrong(self.age_band, _("People under 18 can't be put down here."))


class StationListForm(_Anyone):
    """The list that a liaison fills in."""

    rows = RowsField(FormField(SignUpRow), max_entries=MOST_ROWS)

    def written(self) -> list[SignUpRow]:
        """The rows in which somebody is written."""
        return [entry.form for entry in self.rows if not entry.form.is_empty]


class OwnSignUpForm(SignUpRow):
    """Somebody who puts herself down."""

    phone = PhoneField(
        _l("Phone"),
        description=_l("So that you can be told. You may leave it empty."),
    )

    @property
    def typed(self) -> Typed:
        """The row as it was typed."""
        return Typed(
            self.name.data or "",
            self.sex.data or "",
            self.age_band.data or "",
            self.phone.data or "",
        )

    def check_together(self) -> None:
        """Also: there is a name."""
        super().check_together()
        if self.is_empty:
            self.mark_wrong(self.name, _("Enter this."))
