"""Forms of the certificates room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from kash.certificates.rules.standing import REVOCATION_CLASSES
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, long_text_field, text_field, whole_number_field

REVOCATION_NAMES = {
    "wrong_name": _l("The printed name is wrong"),
    "wrong_record": _l("The attendance on record was wrong"),
    "duplicate": _l("It was issued twice"),
    "withdrawn_by_holder": _l("The holder asked for it"),
    "conduct": _l("Against the code of conduct"),
    # Nobody chooses it.
    "replaced": _l("It was replaced by a corrected one"),
}
# By the classes of `standing.public_class`.
PUBLIC_REASONS = {
    "other": _l("Withdrawn by the issuer"),
    "replaced": REVOCATION_NAMES["replaced"],
}


class RuleForm(KashForm):
    """The rule for everyone: a new version each time it is saved."""

    least_share = whole_number_field(_l("Least share of the hours, in per cent"), least=1, most=100)
    months_valid = whole_number_field(_l("Valid for, in months"), least=1, most=240, required=False)
    name_must_be_confirmed = BooleanField(
        _l("The printed name must be confirmed by the person before a certificate is proposed")
    )


class ProposeForm(KashForm):
    """Design in which the batch is printed; the view offers those that are in use."""

    design = choice_field(_l("Design"), [], required=True)


class RevokeForm(KashForm):
    """Why a certificate no longer holds; whoever checks it learns neither."""

    reason_class = choice_field(
        _l("Kind of reason (stays inside the programme)"),
        [(code, REVOCATION_NAMES[code]) for code in REVOCATION_CLASSES],
        required=True,
    )
    reason = long_text_field(_l("Reason (stays inside the programme)"), most=1000, required=True)


class VerifyForm(KashForm):
    """A serial, and if one likes the name as printed. A whole scanned address is taken too.

    Anyone's, on a page without a session: so it has no token.
    """

    class Meta(KashForm.Meta):
        """As every form, but for the token."""

        csrf = False

    serial = text_field(_l("Serial"), most=200)
    name = text_field(_l("Name as printed"), most=200, required=False)
