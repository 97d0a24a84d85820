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
from kash.accounts.forms.passkeys import AddPasskeyForm, PasskeyForm
from kash.accounts.forms.resets import DecisionForm, ResetForm, SecondStepRolesForm

__all__ = [
    "AddPasskeyForm",
    "CodeForm",
    "ConfirmForm",
    "DecisionForm",
    "EnrolForm",
    "InviteForm",
    "JoinForm",
    "NameForm",
    "NewPasswordForm",
    "PasskeyForm",
    "PasswordForm",
    "PersonForm",
    "ResetForm",
    "RolesForm",
    "SecondStepRolesForm",
    "SignInForm",
    "role_notes",
]
