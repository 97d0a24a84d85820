"""Forms of accounts."""

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
    number_in,
    role_notes,
)
from kash.accounts.forms.passkeys import AddPasskeyForm, PasskeyForm, PasskeyNameForm
from kash.accounts.forms.requests import AnswerForm, FetchForm, ReasonForm, SecondStepRolesForm
from kash.accounts.forms.safety import (
    BreachForm,
    CloseForm,
    NewBreachForm,
    NoteForm,
    NoticeForm,
    StandInForm,
)
from kash.accounts.forms.several import InvitedRow, InviteSeveralForm

__all__ = [
    "AddPasskeyForm",
    "AnswerForm",
    "BreachForm",
    "CloseForm",
    "CodeForm",
    "ConfirmForm",
    "EnrolForm",
    "FetchForm",
    "InviteForm",
    "InviteSeveralForm",
    "InvitedRow",
    "JoinForm",
    "NameForm",
    "NewBreachForm",
    "NewPasswordForm",
    "NoteForm",
    "NoticeForm",
    "PasskeyForm",
    "PasskeyNameForm",
    "PasswordForm",
    "PersonForm",
    "ReasonForm",
    "RolesForm",
    "SecondStepRolesForm",
    "SignInForm",
    "StandInForm",
    "number_in",
    "role_notes",
]
