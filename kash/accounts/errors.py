"""Errors of accounts, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.models import STANDING_SENTENCES
from kash.platform.approvals.rules import Standing
from kash.platform.web.errors import NotFound, Problem, TooManyTries


class WrongSignIn(Problem):
    """Name, password or code do not fit; which of them is never said."""

    status = 422
    field = ""
    sentence = _l("The e-mail address or the password is not right.")


WRONG_CODE = _l("This code is not right, or it was used already. Wait for the next one.")


class WrongPassword(Problem):
    """The present password was not given rightly."""

    status = 422
    field = "password"
    sentence = _l("This is not your password.")


class SignInPaused(TooManyTries):
    """Sign-in was tried too often from here."""

    sentence = _l("Too many tries from here. Wait a quarter of an hour and try again.")


class WeakPassword(Problem):
    """A new password is refused; the sentence says why."""

    status = 422
    field = "password"


class RolesConflict(Problem):
    """Two roles that one account must not hold together."""

    status = 422
    field = "roles"
    sentence = _l("These roles cannot be held together by one account.")


class EmailTaken(Problem):
    """There is an account with this address."""

    status = 422
    field = "email"
    sentence = _l("There is an account with this e-mail address already.")


class EmailNeeded(Problem):
    """An account that opens much is told by mail of what others do to it."""

    status = 422
    field = "email"
    sentence = _l("This role needs an e-mail address.")


class PersonTaken(Problem):
    """Another account belongs to this participant."""

    status = 422
    field = "person"
    sentence = _l("Another account belongs to this participant already.")


class PersonMinor(Problem):
    """Nobody under 18 is invited."""

    status = 422
    field = "person"
    sentence = _l("This participant is, or may still be, under 18: nobody under 18 is invited.")


class NoSuchPerson(Problem):
    """There is no participant with this number."""

    status = 422
    field = "person"
    sentence = _l("There is no participant with this number.")


class LinkSpent(NotFound):
    """A one-time link was used, is too old, or never was."""

    sentence = _l("This link was used already or is too old. Ask whoever sent it for a new one.")


class LinkUsed(LinkSpent):
    """A one-time link was used: the person who did so needs no new one."""

    heading = _l("This link was used")
    sentence = _l(
        "If you used it, sign in with the password that you chose. If somebody else did, tell "
        "whoever sent it."
    )


class LastKeyHolder(Problem):
    """Only this account can open something that is sealed."""

    field = ""
    sentence = _l(
        "This account is the only one that can open something in the vault. First let somebody else"
        " in, or take its keys away by two people, on the page of who holds keys."
    )


class LastAdministrator(Problem):
    """The programme would be left without an administrator."""

    field = "roles"
    sentence = _l("The programme needs at least one administrator. Name another one first.")


ALREADY_SET_UP = _l("The programme is set up already. Sign in.")


SECOND_STEP_MISSING = _l("The second step is not set up for this account.")


class PasskeyRefused(Problem):
    """A passkey's answer proves nothing here; why is not said."""

    status = 422
    field = ""
    sentence = _l("The passkey could not be used. Try again, or sign in with your password.")


class PasskeyCopied(PasskeyRefused):
    """A passkey counted backwards: there may be two of it."""

    sentence = _l(
        "This passkey was refused: it may have been copied. Sign in with your password, remove it"
        " and add a new one."
    )


class PasskeyNotChecked(PasskeyRefused):
    """The device did not check who holds it, so that it is one step and not two."""

    sentence = _l(
        "This passkey did not check that it is you. Sign in with your password; then it is asked"
        " for."
    )


PASSKEY_KNOWN = _l("This device has a passkey here already.")


TOO_MANY_PASSKEYS = _l("You have as many passkeys as there can be. Remove one first.")


NO_PASSKEYS_HERE = _l("Passkeys need an address that begins with https.")


class NeedsSecond(Problem):
    """This takes a second person: it has to be asked for, with a reason."""

    status = 422
    field = "reason"
    sentence = _l("A second person has to agree to this. Write the reason for them.")


class OnlyAdministrators(Problem):
    """A director asks for what takes two people; the rest is an administrator's alone."""

    status = 422
    sentence = _l("This takes no second person: an administrator does it.")


class OwnRoles(Problem):
    """Nobody changes what she herself may do."""

    status = 422
    field = "roles"
    sentence = _l("Nobody changes their own roles. Ask another administrator.")


class AskedAlready(Problem):
    """Somebody has asked for this already, and nobody has decided."""

    status = 422
    field = "email"
    sentence = _l("This was asked for already. It waits for a second person.")


class RequestClosed(Problem):
    """Somebody has decided already, or nobody has in time."""

    sentence = _l("This request is closed: it was decided, or nobody decided in time.")


class RequestChanged(Problem):
    """Request that no longer fits what would be done now: it goes back to who asked."""

    sentence = _l(
        "The account is no longer as it was when this was asked for. Nothing was done: it went back"
        " to who asked."
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
