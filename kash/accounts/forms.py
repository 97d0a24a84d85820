"""Forms of accounts. Forms of passkeys, and of the answers that a device gives. Forms of requests
that take a second person, and of the roles that need a second step. Forms of breaches and stand-
ins. Several people to be invited: a row each, and a box into which a list is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FormField
from wtforms.validators import ValidationError

from kash.accounts.models import AFFECTED_NAMES, ROLE_NAMES, role_choices
from kash.accounts.rules import INVITED_AT_ONCE, NEED_SECOND_STEP, Pasted
from kash.accounts.services.marks import new_token
from kash.platform.approvals.approval import approval_names
from kash.platform.database import is_public_id
from kash.platform.web.errors import Problem
from kash.platform.web.fields import (
    DayField,
    HiddenField,
    MomentField,
    NewIdField,
    RowsField,
    SecretField,
    SeveralField,
    TextField,
)
from kash.platform.web.forms import (
    UNCORRECTED,
    KashForm,
    choice_field,
    email_field,
    long_text_field,
    password_field,
    required,
    text_field,
)
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm


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
            "Eight digits that the second person tells you, not the person who gave you this link."
        ),
        render_kw=UNCORRECTED | {"inputmode": "numeric", "maxlength": 40},
    )


class PasswordForm(KashForm):
    """A new password in place of the present one."""

    present = password_field(_l("Present password"))
    new = password_field(
        _l("New password"),
        new=True,
        description=_l("At least 12 characters, such as a few words in a row."),
    )


class NewPasswordForm(SpokenCodeForm):
    """A new password by a one-time link."""

    password = password_field(
        _l("New password"),
        new=True,
        description=_l("At least 12 characters, such as a few words in a row."),
    )


class JoinForm(SpokenCodeForm):
    """Opening the account that an invitation offers."""

    name = text_field(
        _l("Your name"), description=_l("As colleagues call you. It can be an alias.")
    )
    password = password_field(
        _l("Password"),
        new=True,
        description=_l("At least 12 characters, such as a few words in a row."),
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
            "How you know this person, and why they need this role. The second person reads it."
        ),
    )
    roles = SeveralField(_l("Roles"), coerce=str, validators=[required(_l("Choose a role."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = role_choices(self.roles.data)


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
            "Only for peer educators. Filled in from the participant's page; or copy its address."
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
        _l("Name"), most=60, description=_l("To know the device later: My phone, Key ring.")
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


class ReasonForm(KashForm):
    """Why something is asked for that takes a second person."""

    reason = long_text_field(
        _l("Reason"),
        most=1000,
        required=True,
        description=_l(
            "How you know this person, and that they really need it. The second person reads it."
        ),
    )


class AnswerForm(KashForm):
    """Yes or no, by which of two buttons was pressed; who declines says why."""

    answer = long_text_field(
        _l("Why you decline"), most=1000, rows=2, description=_l("The person who asked reads it.")
    )


class FetchForm(KashForm):
    """Fetching a link that was agreed to, by mail as well if chosen. `key` finds it again if the
    form is sent twice."""

    send = BooleanField(_l("Send the link by e-mail"), default=True)
    key = HiddenField(default=new_token)


class SecondStepRolesForm(KashForm):
    """Roles that need a second step besides those that always do."""

    roles = SeveralField(_l("Roles"), coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [
            (str(role), name) for role, name in ROLE_NAMES.items() if role not in NEED_SECOND_STEP
        ]


_NAME_NOBODY = _l("Name nobody: no person, no phone, no place by which somebody is known.")


class BreachForm(KashForm):
    """Breach: an account of it, and the kinds of data that were affected."""

    what = long_text_field(
        _l("What happened"), most=5000, required=True, rows=6, description=_NAME_NOBODY
    )
    affected = SeveralField(
        _l("What may have been seen"), coerce=str, validators=[required(_l("Choose at least one."))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.affected.choices = [(str(choice), name) for choice, name in AFFECTED_NAMES.items()]


class EditBreachForm(BreachForm, RowVersionForm):
    """The same of an entry that is there, which two may be writing at once."""


class NewBreachForm(BreachForm):
    """The same, and when it was noticed. `key` makes the same form, sent twice, begin one entry."""

    key = NewIdField()
    noticed_at = MomentField(
        _l("When it was noticed"),
        validators=[required()],
        description=_l("The 72 hours count from here."),
    )

    def validate_noticed_at(self, field: Any) -> None:
        """A moment must have been read."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter this."))


class NoteForm(KashForm):
    """A line that is added to an entry. `key` makes the same form, sent twice, add one."""

    key = NewIdField()
    text = long_text_field(
        _l("What was found or done"), most=5000, required=True, rows=3, description=_NAME_NOBODY
    )


class NoticeForm(KashForm):
    """When the Data Commissioner was told."""

    notified_at = MomentField(_l("When the notice was sent"), validators=[required()])


class CloseForm(KashForm):
    """Why an entry is closed."""

    reason = long_text_field(
        _l("Why it is closed"), most=2000, required=True, rows=3, description=_NAME_NOBODY
    )


def _approvals() -> list[tuple[str, Any]]:
    return list(approval_names().items())


class StandInForm(KashForm):
    """Stand-in: who decides on which permission, from when to when, and why."""

    stand_in = choice_field(_l("Who stands in"))
    permissions = SeveralField(
        _l("What they decide"),
        choices=_approvals,
        coerce=str,
        validators=[required(_l("Choose at least one."))],
    )
    first = DayField(_l("From"), validators=[required()])
    last = DayField(
        _l("To"),
        validators=[required()],
        description=_l("At most 90 days. It then ends by itself."),
    )
    reason = text_field(
        _l("Reason"),
        most=200,
        description=_l("Such as leave. Both of you and administrators see it."),
    )


_SPARE = 3


class InvitedRow(KashForm):
    """One person. A row with neither name nor address is nobody."""

    class Meta(KashForm.Meta):
        """Part of a form that has its token."""

        csrf = False

    name = text_field(_l("Name"), required=False)
    email = email_field(_l("E-mail address"), required=False)
    role = choice_field(_l("Role"), required=False)
    language = choice_field(_l("Language"), required=False)
    reason = text_field(_l("Reason, for the second person"), most=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Choose")), *role_choices()]
        self.language.choices = [("", _("As the programme")), *LANGUAGES.items()]

    @property
    def is_empty(self) -> bool:
        """True if nobody is written in this row."""
        return not (self.name.data or self.email.data)

    def check_together(self) -> None:
        """Also: the person who has an address has a name, and everybody a role."""
        if not self.name.data and self.email.data and not self.name.errors:
            self.mark_wrong(self.name, _("Enter this."))
        if not self.is_empty and not self.role.data and not self.role.errors:
            self.mark_wrong(self.role, _("Choose a role."))


class InviteSeveralForm(KashForm):
    """Everybody to invite. `key` makes the same form, sent twice, invite everybody once."""

    pasted = long_text_field(
        _l("Paste a list"),
        most=20_000,
        rows=5,
        description=_l(
            "A line for each person, with commas or copied from a sheet: name, e-mail address or "
            "none, role, language."
        ),
    )
    role = choice_field(_l("Role of those without one in the list"), required=False)
    rows = RowsField(FormField(InvitedRow), max_entries=INVITED_AT_ONCE)
    send = BooleanField(_l("Send each link by e-mail, where there is an address"), default=True)
    key = HiddenField(default=new_token)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", _("Choose")), *role_choices()]

    def written(self) -> list[InvitedRow]:
        """The rows in which somebody is written."""
        return [entry.form for entry in self.rows if not entry.form.is_empty]

    def with_people(self, people: Sequence[Pasted]) -> InviteSeveralForm:
        """The same form with people who were pasted in rows of their own, below those that are
        written, and beside each what is wrong with it. What finds no room stays in the box."""
        lines = [entry.data for entry in self.written()]
        rows = lines + [
            {
                "name": person.name,
                "email": person.email,
                "role": person.role or self.role.data,
                "language": person.language,
            }
            for person in people
        ]
        sent = MultiDict(
            (f"rows-{place}-{name}", str(value or ""))
            for place, entry in enumerate(rows[:INVITED_AT_ONCE])
            for name, value in entry.items()
            if name != "csrf_token"
        )
        sent["role"] = self.role.data
        sent["key"] = self.key.data
        if "csrf_token" in self:
            sent["csrf_token"] = self["csrf_token"].data or ""
        if self.send.data:
            sent["send"] = "y"
        if rest := people[INVITED_AT_ONCE - len(lines) :]:
            sent["pasted"] = "\n".join(letter.line for letter in rest)
        form = InviteSeveralForm(sent)
        form.validate()
        for entry, line in zip(form.written()[len(lines) :], people, strict=False):
            if line.unread:
                told = _("This was not understood: %(text)s", text=line.unread)
                entry.name.errors = [*entry.name.errors, told]
        form.gather()
        if rest:
            form.mark_wrong(
                form.pasted,
                _(
                    "Invited at once are at most: %(most)s. These wait here for the next time.",
                    most=INVITED_AT_ONCE,
                ),
            )
        return form

    def refuse(self, faults: Mapping[int, Problem]) -> None:
        """Say beside each row why it cannot be invited; `faults` goes by the place among the rows
        that are written."""
        for place, entry in enumerate(self.written()):
            fault = faults.get(place)
            if fault is None:
                continue
            entry.show(fault, fault.field if fault.field in entry else "role")
        self.gather()

    def gather(self) -> None:
        """Have the form itself know what is wrong in its rows."""
        errors = [entry.form.errors for entry in self.rows]
        self.rows.errors = errors if any(errors) else []

    def add_spare_rows(self) -> None:
        """Room for more."""
        while len(self.rows) < min(len(self.written()) + _SPARE, INVITED_AT_ONCE):
            self.rows.append_entry()
