"""What is typed to open the vault."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length, ValidationError

from kash.web.forms import KashForm, required

# Nothing that a browser would keep, correct, or send away to have it spelt.
_UNKEPT = {
    "type": "text",
    "autocomplete": "off",
    "autocapitalize": "none",
    "autocorrect": "off",
    "spellcheck": "false",
    "data-masked": "",
}


def secret_field(label: Any, *, description: Any = "", most: int = 300) -> PasswordField:
    """A secret that the browser shall not keep: no password field, which it would offer to."""
    return PasswordField(
        label,
        description=description,
        validators=[required(), Length(max=most, message=_l("This is too long."))],
        render_kw=dict(_UNKEPT, maxlength=most),
    )


class OpenForm(KashForm):
    """The passphrase, and a code as second factor."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))
    code = StringField(
        _l("Code"),
        description=_l("Six digits from your phone, or one of your recovery codes for signing in."),
        validators=[required(_l("Enter the code."))],
        render_kw={"autocomplete": "one-time-code", "maxlength": 40, "spellcheck": "false"},
    )
    next = HiddenField()


class OpenWithPasskeyForm(KashForm):
    """The passphrase, and a passkey as second factor."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))
    credential = HiddenField()
    next = HiddenField()

    def validate_credential(self, field: HiddenField) -> None:
        """Say plainly what is missing where no script ran."""
        if not field.data:
            raise ValidationError(_("Passkeys need JavaScript. Use a code instead."))
