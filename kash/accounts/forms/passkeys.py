"""Forms of passkeys, and of the answers that a device gives."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.platform.web.forms import HiddenField, KashForm, text_field


class PasskeyForm(KashForm):
    """A device's answer, which only a script can ask for."""

    credential = HiddenField()
    next = HiddenField()

    def validate_credential(self, field: HiddenField) -> None:
        """Say plainly what is missing where no script ran."""
        if not field.data:
            raise ValidationError(_("Passkeys need JavaScript. Sign in with your password."))


class PasskeyNameForm(KashForm):
    """How the owner of a passkey calls it."""

    name = text_field(
        _l("Name"),
        most=60,
        description=_l("So that you know later which device it is on: My phone, Key ring."),
    )


class AddPasskeyForm(PasskeyNameForm):
    """A new passkey and how its owner calls it."""

    credential = HiddenField()

    def validate_credential(self, field: HiddenField) -> None:
        """Say plainly what is missing where no script ran."""
        if not field.data:
            raise ValidationError(
                _("Passkeys need JavaScript. An authenticator app works without it.")
            )
