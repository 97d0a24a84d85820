"""Forms for what comes after issuing: paper again, corrections, renewals."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from kash.certificates.rules.printing import REPRINT_REASONS
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, long_text_field, text_field

PRINTING_NAMES = {
    "print_file": _l("Print file of the batch"),
    "zip_file": _l("Single files of the batch"),
    "cards": _l("Cards of the batch"),
    "one_file": _l("One certificate"),
    "own_file": _l("By its holder"),
}
REASON_NAMES = {
    "misprint": _l("The printer failed"),
    "damaged": _l("Paper was damaged"),
    "lost": _l("Paper was lost"),
    "second_copy": _l("A second copy is needed"),
}
CONDITION_NAMES = {
    "valid": _l("Valid"),
    "expiring": _l("Expires soon"),
    "expired": _l("Expired"),
    "revoked": _l("Revoked"),
    "replaced": _l("Replaced"),
}


class ReprintForm(KashForm):
    """Why paper is made again; not asked the first time."""

    reason = choice_field(
        _l("Reason for reprint"),
        [("", _l("Choose")), *((code, REASON_NAMES[code]) for code in REPRINT_REASONS)],
        required=False,
    )


class NameCorrectionForm(KashForm):
    """The name as it must be printed, read and confirmed by the person."""

    name = text_field(_l("Name as it must be printed"), most=200)
    confirmed = BooleanField(_l("The person has read this name and says that it is right"))

    def validate_confirmed(self, field: BooleanField) -> None:
        """Nothing is proposed that the person has not read."""
        if not field.data:
            raise ValidationError(_("Let the person read it first."))


class RenewalForm(KashForm):
    """Whose certificates are renewed after a refresher; the boxes are drawn by the page."""


class DecisionForm(KashForm):
    """The same by decision, with its reason."""

    reason = long_text_field(
        _l("Why they are renewed without a refresher"),
        most=1000,
        required=True,
        rows=2,
        description=_l("Whoever approves reads it. It stands on no certificate."),
    )
