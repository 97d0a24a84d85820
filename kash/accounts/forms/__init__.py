"""What is typed about accounts."""

from kash.accounts.forms.accounts import (
    CodeForm,
    ConfirmForm,
    EnrolForm,
    InviteForm,
    JoinForm,
    NameForm,
    NewPasswordForm,
    PasswordForm,
    PersonForm,
    RolesForm,
    SignInForm,
    role_notes,
)

__all__ = [
    "CodeForm",
    "ConfirmForm",
    "EnrolForm",
    "InviteForm",
    "JoinForm",
    "NameForm",
    "NewPasswordForm",
    "PasswordForm",
    "PersonForm",
    "RolesForm",
    "SignInForm",
    "role_notes",
]
