"""Forms of breaches and stand-ins."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.accounts.names import AFFECTED_NAMES
from kash.platform.approvals.approval import approval_names
from kash.platform.web.forms import (
    DayField,
    KashForm,
    MomentField,
    NewIdField,
    SeveralField,
    choice_field,
    long_text_field,
    required,
    text_field,
)
from kash.platform.web.row_versions import RowVersionForm

_NAME_NOBODY = _l("Name nobody: no person, no phone, no place by which somebody is known.")


class BreachForm(KashForm):
    """Breach: an account of it, and the kinds of data that were affected."""

    what = long_text_field(
        _l("What happened"), most=5000, required=True, rows=6, description=_NAME_NOBODY
    )
    affected = SeveralField(
        _l("What may have been seen"),
        coerce=str,
        validators=[required(_l("Choose at least one."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.affected.choices = [(str(one), name) for one, name in AFFECTED_NAMES.items()]


class EditBreachForm(BreachForm, RowVersionForm):
    """The same of an entry that is there, which two may be writing at once."""


class NewBreachForm(BreachForm):
    """The same, and when it was noticed. `key` makes the same form, sent twice, begin one entry."""

    key = NewIdField()
    noticed_at = MomentField(
        _l("When it was noticed"),
        validators=[required()],
        description=_l("The 72 hours count from here."),
    )

    def validate_noticed_at(self, field: Any) -> None:
        """A moment must have been read."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter this."))


class NoteForm(KashForm):
    """A line that is added to an entry. `key` makes the same form, sent twice, add one."""

    key = NewIdField()
    text = long_text_field(
        _l("What was found or done"), most=5000, required=True, rows=3, description=_NAME_NOBODY
    )


class NoticeForm(KashForm):
    """When the Data Commissioner was told."""

    notified_at = MomentField(_l("When the notice was sent"), validators=[required()])


class CloseForm(KashForm):
    """Why an entry is closed."""

    reason = long_text_field(
        _l("Why it is closed"), most=2000, required=True, rows=3, description=_NAME_NOBODY
    )


def _approvals() -> list[tuple[str, Any]]:
    return list(approval_names().items())


class StandInForm(KashForm):
    """Stand-in: who decides on which permission, from when to when, and why."""

    stand_in = choice_field(_l("Who stands in"))
    permissions = SeveralField(
        _l("What they decide"),
        choices=_approvals,
        coerce=str,
        validators=[required(_l("Choose at least one."))],
    )
    first = DayField(_l("From"), validators=[required()])
    last = DayField(
        _l("To"),
        validators=[required()],
        description=_l("At most 90 days. It then ends by itself."),
    )
    reason = text_field(
        _l("Reason"),
        most=200,
        description=_l("For example: leave. It is shown to both of you and to administrators."),
    )
