"""Form of her choice: each person is asked once her case was verified."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.incidents import charge_warning
from kash.incidents.forms.consents import SPOKEN
from kash.incidents.forms.versions import VersionedForm
from kash.incidents.names import ORIGIN_NAMES, WAY_NAMES
from kash.incidents.rules.her_choice import NOTHING
from kash.incidents.services.her_choice import Said
from kash.platform.web.forms import DayField, HiddenField, SeveralField, radio_field, required


class ChoiceForm(VersionedForm):
    """Choice of one person, with the day on which she was asked, and how it is known; and how many
    answers of hers the page showed (`version`)."""

    person = HiddenField()
    wanted = SeveralField(_l("What is wanted"), choices=list(WAY_NAMES.items()))
    origin = radio_field(_l("How is it known?"), list(ORIGIN_NAMES.items()), required=False)
    on = DayField(_l("Day of asking"), validators=[required()])

    def prepare(self, today: date) -> None:
        """Offer today as the day."""
        self._today = today
        if not self.is_submitted():
            self.on.data = today

    def check_together(self) -> None:
        """Besides each field: how it is known."""
        if not self.origin.data and not self.origin.errors:
            self.mark_wrong(self.origin, _("Say how it is known."))

    def validate_wanted(self, field: SeveralField) -> None:
        """Something, and nothing beside nothing; nothing at all of whoever could not be asked."""
        wanted = field.data or []
        if self.origin.data == "not_asked":
            if wanted:
                raise ValidationError(_("If she could not be asked, nothing can be ticked."))
        elif not wanted:
            raise ValidationError(_("Tick what is wanted."))
        elif NOTHING in wanted and len(wanted) > 1:
            raise ValidationError(_("“Nothing now” and something else cannot both be ticked."))

    def validate_on(self, field: DayField) -> None:
        """Not in the future."""
        if field.data and field.data > self._today:
            raise ValidationError(_("This day has not come yet."))

    def said(self) -> Said:
        """Choice as it was entered."""
        return Said(
            self.person.data,
            tuple(self.wanted.data),
            self.on.data or self._today,
            self.origin.data or "",
            self.version_shown(),
        )


class OwnYesForm(VersionedForm):
    """The answer of one person to "court or release", in which language she was warned, and the
    version of the warning that was on the page (`wording`) beside that of the case."""

    person = HiddenField()
    wording = HiddenField()
    answer = radio_field(
        _l("What she said herself"), [("yes", _l("Yes")), ("no", _l("No"))], required=False
    )
    language = radio_field(
        _l("In which language were the words read out?"), list(SPOKEN.items()), required=False
    )

    def check_together(self) -> None:
        """Besides each field: one of the two, in which language, and the warning is still the
        same."""
        if self.wording.data != charge_warning.VERSION:
            self.mark_wrong(
                self.answer,
                _("The words have changed since this page was opened. Read them out again."),
            )
        elif not self.answer.data and not self.answer.errors:
            self.mark_wrong(self.answer, _("Choose yes or no."))
        if not self.language.data and not self.language.errors:
            self.mark_wrong(self.language, _("Say in which language you read them out to her."))
