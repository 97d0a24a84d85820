"""Forms that open the vault."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Length, ValidationError

from kash.platform.web.fields import SecretField, TextField
from kash.platform.web.forms import HiddenField, KashForm, required

# Nothing that a browser would keep, correct, or send away to have it spelt.
_UNKEPT = {
    "type": "text",
    "autocomplete": "off",
    "autocapitalize": "none",
    "autocorrect": "off",
    "spellcheck": "false",
    "data-masked": "",
}


def secret_field(
    label: Any, *, description: Any = "", most: int = 300, masked: bool = True
) -> SecretField:
    """A secret that the browser shall not keep: no password field, which it would offer to.

    What is typed from a sheet that lies open is not `masked`: nobody types 32 signs unseen.
    """
    shown = {name: value for name, value in _UNKEPT.items() if masked or name != "data-masked"}
    return SecretField(
        label,
        description=description,
        validators=[required(), Length(max=most, message=_l("This is too long."))],
        render_kw=dict(shown, maxlength=most),
    )


class OpenForm(KashForm):
    """The passphrase, and a code as second factor."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))
    code = TextField(
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


class NewWordsForm(KashForm):
    """The six words typed back; the page carries them sealed."""

    typed = secret_field(_l("The six words"), description=_l("With a space between them."))
    sealed = HiddenField()


class ChangeForm(NewWordsForm):
    """The present passphrase, and the new words typed back."""

    passphrase = secret_field(_l("Present passphrase"))


class RecoverForm(NewWordsForm):
    """The recovery code, and the new words typed back."""

    recovery_code = secret_field(
        _l("Code on the recovery sheet"),
        description=_l("Eight groups of four, from your recovery sheet."),
        masked=False,
    )


class SheetForm(KashForm):
    """Text that the page carries until the sheet is printed."""

    sealed = HiddenField()


class OwnWordsForm(KashForm):
    """The passphrase, without which one's own four words are not shown."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))


class LetInForm(KashForm):
    """That the words were compared, and those of which key."""

    shown = HiddenField()

    compared = BooleanField(
        _l("We have compared all four words aloud, and they are the same"),
        validators=[required(_l("Compare the words first."))],
    )


class RemoveForm(KashForm):
    """That it is known what would be lost."""

    loss_known = BooleanField(_l("I have read what will be lost for good"))


class IdentityDecisionForm(KashForm):
    """Two buttons."""
