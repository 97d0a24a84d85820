"""Errors of accounts, each with its sentence."""

from __future__ import annotations

from functools import partial

from flask_babel import lazy_gettext as _l

from kash.accounts.models import STANDING_SENTENCES
from kash.platform.approvals.rules import Standing
from kash.platform.web.errors import NotFound, Problem, TooManyTries

wrong_sign_in = partial(
    Problem, _l("The e-mail address or the password is not right."), field="", status=422
)


WRONG_CODE = _l("This code is not right, or it was used already. Wait for the next one.")


class WrongPassword(Problem):
    """The present password was not given rightly."""

    status = 422
    field = "password"
    sentence = _l("This is not your password.")


class SignInPaused(TooManyTries):
    """Sign-in was tried too often from here."""

    sentence = _l("Too many tries. Wait a quarter of an hour and try again.")


class WeakPassword(Problem):
    """A new password is refused; the sentence says why."""

    status = 422
    field = "password"


roles_conflict = partial(Problem, field="roles", status=422)


email_taken = partial(
    Problem, _l("There is an account with this e-mail address already."), field="email", status=422
)


email_needed = partial(Problem, _l("This role needs an e-mail address."), field="email", status=422)


person_taken = partial(
    Problem, _l("Another account belongs to this participant already."), field="person", status=422
)


person_minor = partial(
    Problem,
    _l("This participant is, or may still be, under 18: nobody under 18 is invited."),
    field="person",
    status=422,
)


no_such_person = partial(
    Problem, _l("There is no participant with this number."), field="person", status=422
)


class LinkSpent(NotFound):
    """A one-time link was used, is too old, or never was."""

    sentence = _l("This link was used already or is too old. Ask for a new one.")


class LinkUsed(LinkSpent):
    """A one-time link was used: the person who did so needs no new one."""

    heading = _l("This link was used")
    sentence = _l(
        "If you used it, sign in with your password. If somebody else did, tell the person who "
        "sent it."
    )


class LastKeyHolder(Problem):
    """Only this account can open something that is sealed."""

    field = ""
    sentence = _l(
        "Nobody else can open something in the vault. First let somebody else in, or take these "
        "keys away by two people, on the page of who holds keys."
    )


last_administrator = partial(
    Problem, _l("The programme needs an administrator. Name another one first."), field="roles"
)


ALREADY_SET_UP = _l("The programme is set up already. Sign in.")


SECOND_STEP_MISSING = _l("The second step is not set up for this account.")


class PasskeyRefused(Problem):
    """A passkey's answer proves nothing here; why is not said."""

    status = 422
    field = ""
    sentence = _l("The passkey failed. Try again, or sign in with your password.")


class PasskeyCopied(PasskeyRefused):
    """A passkey counted backwards: there may be two of it."""

    sentence = _l(
        "This passkey may have been copied. Sign in with your password, remove it and add a new "
        "one."
    )


class PasskeyNotChecked(PasskeyRefused):
    """The device did not check who holds it, so that it is one step and not two."""

    sentence = _l("This passkey did not check that it is you. Sign in with your password first.")


PASSKEY_KNOWN = _l("This device has a passkey here already.")


TOO_MANY_PASSKEYS = _l("You have as many passkeys as there can be. Remove one first.")


NO_PASSKEYS_HERE = _l("Passkeys need an address that begins with https.")


class NeedsSecond(Problem):
    """This takes a second person: it has to be asked for, with a reason."""

    status = 422
    field = "reason"
    sentence = _l("A second person has to agree. Write the reason for them.")


only_administrators = partial(
    Problem, _l("This takes no second person: an administrator does it."), field="roles", status=422
)


own_roles = partial(
    Problem,
    _l("Nobody changes their own roles. Ask another administrator."),
    field="roles",
    status=422,
)


asked_already = partial(
    Problem, _l("This waits for a second person already."), field="email", status=422
)


request_closed = partial(
    Problem, _l("This request was decided, or nobody decided in time."), field=""
)


request_changed = partial(
    Problem,
    _l(
        "The account has changed meanwhile. Nothing was done: it went back to the person who asked."
    ),
)


class CannotAgree(Problem):
    """This person cannot decide this request; the sentence says why."""

    status = 403


class NotIndependent(Problem):
    """Agreement by the person who asked, by one who is not independent of that person, or by one
    too new here."""

    status = 403

    def __init__(self, standing: Standing) -> None:
        super().__init__(str(STANDING_SENTENCES[standing]))
        self.standing = standing


WRONG_SPOKEN_CODE = _l("This is not the code that belongs to this link.")
