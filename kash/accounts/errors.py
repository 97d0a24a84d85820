"""What can go wrong with accounts, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.web.errors import NotFound, Problem, TooManyTries


class WrongSignIn(Problem):
    """Name, password or code do not fit; which of them is never said."""

    status = 422
    sentence = _l("The e-mail address or the password is not right.")


class WrongCode(Problem):
    """The code of the second step is not right, or was used before."""

    status = 422
    sentence = _l("This code is not right, or it was used already. Wait for the next one.")


class WrongPassword(Problem):
    """The present password was not given rightly."""

    status = 422
    sentence = _l("This is not your password.")


class SignInPaused(TooManyTries):
    """Sign-in was tried too often from here."""

    sentence = _l("Too many tries from here. Wait a quarter of an hour and try again.")


class WeakPassword(Problem):
    """A new password is refused; the sentence says why."""

    status = 422


class RolesConflict(Problem):
    """Two roles that one account must not hold together."""

    status = 422
    sentence = _l("These roles cannot be held together by one account.")


class EmailTaken(Problem):
    """There is an account with this address."""

    status = 422
    sentence = _l("There is an account with this e-mail address already.")


class PersonTaken(Problem):
    """Another account belongs to this participant."""

    status = 422
    sentence = _l("Another account belongs to this participant already.")


class NoSuchPerson(Problem):
    """There is no participant with this number."""

    status = 422
    sentence = _l("There is no participant with this number.")


class LinkSpent(NotFound):
    """A one-time link was used, is too old, or never was."""

    sentence = _l("This link was used already or is too old. Ask whoever sent it for a new one.")


class LastAdministrator(Problem):
    """The programme would be left without an administrator."""

    sentence = _l("The programme needs at least one administrator. Name another one first.")


class NotYourself(Problem):
    """An administrator cannot do this to the own account."""

    sentence = _l("You cannot do this to your own account. Ask another administrator.")


class AlreadySetUp(Problem):
    """The programme exists already."""

    sentence = _l("The programme is set up already. Sign in.")


class WrongSetUpCode(Problem):
    """The set-up code is not the one that the terminal shows."""

    status = 422
    sentence = _l("This is not the code that the terminal shows.")


class SecondStepMissing(Problem):
    """There is no second step to change."""

    sentence = _l("The second step is not set up for this account.")
