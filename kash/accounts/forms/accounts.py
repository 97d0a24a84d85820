"""Forms of accounts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from kash.accounts.names import role_choices, role_notes
from kash.accounts.secrets import new_token
from kash.platform.database import is_public_id
from kash.platform.web.fields import SecretField, TextField
from kash.platform.web.forms import (
    UNCORRECTED,
    HiddenField,
    KashForm,
    SeveralField,
    choice_field,
    email_field,
    long_text_field,
    password_field,
    required,
    text_field,
)
from kash.platform.web.programme import LANGUAGES

__all__ = [
    "ChangedRolesForm",
    "CodeForm",
    "ConfirmForm",
    "EnrolForm",
    "InviteForm",
    "JoinForm",
    "NameForm",
    "NewPasswordForm",
    "ParticipantForm",
    "PasswordForm",
    "RolesForm",
    "SignInForm",
    "role_notes",
]


class SignInForm(KashForm):
    """E-mail and password. A wrong address is not said to be wrong by its form alone."""

    email = TextField(
        _l("E-mail address"),
        description=_l("Or the name that you were given to sign in with."),
        validators=[required(_l("Enter your e-mail address."))],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email"},
    )
    password = SecretField(
        _l("Password"),
        validators=[required(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class CodeForm(KashForm):
    """The second step."""

    code = TextField(
        _l("Code"),
        description=_l("Six digits from your phone, or one of your recovery codes."),
        validators=[required(_l("Enter the code."))],
        render_kw={"autocomplete": "one-time-code", "maxlength": 40, "spellcheck": "false"},
    )


class ConfirmForm(KashForm):
    """The password once more."""

    password = password_field(_l("Password"))
    next = HiddenField()


class EnrolForm(KashForm):
    """The first code of a phone that has just read the QR code."""

    code = TextField(
        _l("Code from your phone"),
        validators=[required(_l("Enter the code."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 10},
    )
    sealed = HiddenField()


class SpokenCodeForm(KashForm):
    """Code that was spoken: a link asks for it if two people agreed to the link."""

    spoken_code = TextField(
        _l("Code"),
        description=_l(
            "Eight digits that the second person tells you, not whoever gave you this link."
        ),
        render_kw=UNCORRECTED | {"inputmode": "numeric", "maxlength": 40},
    )


class PasswordForm(KashForm):
    """A new password in place of the present one."""

    present = password_field(_l("Present password"))
    new = password_field(
        _l("New password"),
        new=True,
        description=_l("At least 12 characters. A few words in a row are easy to remember."),
    )


class NewPasswordForm(SpokenCodeForm):
    """A new password by a one-time link."""

    password = password_field(
        _l("New password"),
        new=True,
        description=_l("At least 12 characters. A few words in a row are easy to remember."),
    )


class JoinForm(SpokenCodeForm):
    """Opening the account that an invitation offers."""

    name = text_field(
        _l("Your name"), description=_l("As colleagues call you. It can be an alias.")
    )
    password = password_field(
        _l("Password"),
        new=True,
        description=_l("At least 12 characters. A few words in a row are easy to remember."),
    )


class NameForm(KashForm):
    """How an account is called."""

    name = text_field(_l("Name"))


def number_in(typed: str | None) -> str:
    """A participant's number as it was typed in groups, or the number in a copied address of her
    page; anything else as it is."""
    text = (typed or "").strip()
    as_typed = text
    if "/" in text:
        path, _mark, query = text.partition("?")
        given = parse_qs(query).get("person") or [path.rstrip("/").rpartition("/")[2]]
        text = given[0]
    number = text.replace("-", "").replace(" ", "").lower()
    return number if is_public_id(number) else as_typed


class ParticipantForm(KashForm):
    """To which participant an account belongs."""

    person = text_field(
        _l("Participant's number"),
        required=False,
        description=_l("Or the address of the participant's page, copied from there."),
        filters=[number_in],
        render_kw={"maxlength": 300},
    )
    reason = long_text_field(
        _l("Reason"),
        most=1000,
        description=_l(
            "How you know that this account is this participant's. The second person reads it."
        ),
    )


class RolesForm(KashForm):
    """Roles of an account, with a reason if a second person has to agree."""

    reason = long_text_field(
        _l("Reason, where a second person has to agree"),
        most=1000,
        rows=3,
        description=_l(
            "For administrator, director, documentation officer and custodian: how you know this "
            "person, and why they need it."
        ),
    )
    roles = SeveralField(_l("Roles"), coerce=str, validators=[required(_l("Choose a role."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = role_choices()


class ChangedRolesForm(RolesForm):
    """The same of an account that is there, with a tick where keys that others lack may go with a
    role."""

    loss_known = BooleanField(_l("I have read what may be lost"))


class InviteForm(RolesForm):
    """An invitation. `key` makes the same form, sent twice, make one link."""

    name = text_field(_l("Name"))
    email = email_field(
        _l("E-mail address"),
        required=False,
        description=_l("Without one, this person signs in with a name that is drawn."),
    )
    language = choice_field(_l("Language"), required=False)
    person = text_field(
        _l("Participant's number"),
        required=False,
        description=_l(
            "Only for peer educators. It is filled in when you come from the participant's page; or"
            " copy the address of that page."
        ),
        filters=[number_in],
        render_kw={"maxlength": 300},
    )
    send = BooleanField(_l("Send the link by e-mail"), default=True)
    key = HiddenField(default=new_token)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [("", _("As the programme")), *LANGUAGES.items()]

    def validate_person(self, field: Any) -> None:
        """Refuse what cannot be a number of a participant."""
        if field.data and not (field.data.isascii() and field.data.isalnum()):
            raise ValidationError(_("There is no participant with this number."))
