"""The errors of connections, each with a sentence for the person who meets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NotOn(Problem):
    """Something is to go by a connection that is not switched on, or is of another kind."""

    sentence = _l(
        "This connection is not switched on. An M&E officer or an administrator records who is at"
        " the other end and under which contract, a director agrees; then it can be switched on."
    )


class NotAgreed(Problem):
    """A connection is to be switched on to which nobody has agreed as it is now."""

    sentence = _l("Nobody has agreed to this connection as it is now, so it cannot be switched on.")


class WrongAddress(Problem):
    """An address that may not be called."""

    status = 422
    field = "address"
    sentence = _l("Use an address that begins with https, such as https://www.example.org.")


class SecretMissing(Problem):
    """A connection without the password or token that its kind needs."""

    status = 422
    field = "secret"
    sentence = _l("Enter the token by which the other system knows this programme.")


class SignedLater(Problem):
    """A contract whose day is still to come."""

    status = 422
    field = "contract_on"
    sentence = _l("Choose the day on which the contract was signed, today at the latest.")
