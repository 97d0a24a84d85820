"""Several people to be invited: a row each, and a box into which a list is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FormField

from kash.accounts.names import role_choices
from kash.accounts.rules.pasted import INVITED_AT_ONCE, Pasted
from kash.accounts.secrets import new_token
from kash.platform.web.errors import Problem
from kash.platform.web.fields import RowsField
from kash.platform.web.forms import (
    HiddenField,
    KashForm,
    choice_field,
    email_field,
    long_text_field,
    text_field,
)
from kash.platform.web.programme import LANGUAGES

_SPARE = 3


class InvitedRow(KashForm):
    """One person. A row with neither name nor address is nobody."""

    class Meta(KashForm.Meta):
        """Part of a form that has its token."""

        csrf = False

    name = text_field(_l("Name"), required=False)
    email = email_field(_l("E-mail address"), required=False)
    role = choice_field(_l("Role"), required=False)
    language = choice_field(_l("Language"), required=False)
    reason = text_field(_l("Reason, for the second person"), most=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Choose")), *role_choices()]
        self.language.choices = [("", _("As the programme")), *LANGUAGES.items()]

    @property
    def is_empty(self) -> bool:
        """True if nobody is written in this row."""
        return not (self.name.data or self.email.data)

    def check_together(self) -> None:
        """Also: whoever has an address has a name, and everybody a role."""
        if not self.name.data and self.email.data and not self.name.errors:
            self.mark_wrong(self.name, _("Enter this."))
        if not self.is_empty and not self.role.data and not self.role.errors:
            self.mark_wrong(self.role, _("Choose a role."))


class InviteSeveralForm(KashForm):
    """Everybody to invite. `key` makes the same form, sent twice, invite everybody once."""

    pasted = long_text_field(
        _l("Paste a list"),
        most=20_000,
        rows=5,
        description=_l(
            "A line for each person: name, e-mail address or none, role, language, with commas"
            " between them or as copied from a sheet."
        ),
    )
    role = choice_field(_l("Role of those for whom the list says none"), required=False)
    rows = RowsField(FormField(InvitedRow), max_entries=INVITED_AT_ONCE)
    send = BooleanField(_l("Send each link by e-mail, where there is an address"), default=True)
    key = HiddenField(default=new_token)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Choose")), *role_choices()]

    def written(self) -> list[InvitedRow]:
        """The rows in which somebody is written."""
        return [entry.form for entry in self.rows if not entry.form.is_empty]

    def with_people(self, people: Sequence[Pasted]) -> InviteSeveralForm:
        """The same form with people who were pasted in rows of their own, below those that are
        written, and beside each what is wrong with it. What finds no room stays in the box."""
        kept = [row.data for row in self.written()]
        rows = kept + [
            {
                "name": one.name,
                "email": one.email,
                "role": one.role or self.role.data,
                "language": one.language,
            }
            for one in people
        ]
        sent = MultiDict(
            (f"rows-{place}-{name}", str(value or ""))
            for place, row in enumerate(rows[:INVITED_AT_ONCE])
            for name, value in row.items()
            if name != "csrf_token"
        )
        sent["role"] = self.role.data
        sent["key"] = self.key.data
        if "csrf_token" in self:
            sent["csrf_token"] = self["csrf_token"].data or ""
        if self.send.data:
            sent["send"] = "y"
        if rest := people[INVITED_AT_ONCE - len(kept) :]:
            sent["pasted"] = "\n".join(one.line for one in rest)
        form = InviteSeveralForm(sent)
        form.validate()
        for row, one in zip(form.written()[len(kept) :], people, strict=False):
            if one.unread:
                told = _("This was not understood: %(text)s", text=one.unread)
                row.name.errors = [*row.name.errors, told]
        form.gather()
        if rest:
            form.mark_wrong(
                form.pasted,
                _(
                    "Invited at once are at most: %(most)s. These wait here for the next time.",
                    most=INVITED_AT_ONCE,
                ),
            )
        return form

    def refuse(self, faults: Mapping[int, Problem]) -> None:
        """Say beside each row why it cannot be invited; `faults` goes by the place among the rows
        that are written."""
        for place, row in enumerate(self.written()):
            fault = faults.get(place)
            if fault is None:
                continue
            row.show(fault, fault.field if fault.field in row else "role")
        self.gather()

    def gather(self) -> None:
        """Have the form itself know what is wrong in its rows."""
        errors = [entry.form.errors for entry in self.rows]
        self.rows.errors = errors if any(errors) else []

    def add_spare_rows(self) -> None:
        """Room for more."""
        while len(self.rows) < min(len(self.written()) + _SPARE, INVITED_AT_ONCE):
            self.rows.append_entry()
