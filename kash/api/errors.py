"""The errors of tokens and of what is asked with them, each with a sentence and a fixed code."""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class ApiProblem(Problem):
    """A request that is refused, with a code by which a program tells why, and headers."""

    code: ClassVar[str] = ""

    def headers(self) -> dict[str, str]:
        """Headers that go with it."""
        return {}


class TokenMissing(ApiProblem):
    """There is no token, or one that is not in use: told alike, so that nobody learns which."""

    status = 401
    code = "token"
    sentence = _l("Send a token that is in use: Authorization: Bearer …")

    def headers(self) -> dict[str, str]:
        """The way in which a token is shown."""
        return {"WWW-Authenticate": "Bearer"}


class ConnectionOff(ApiProblem):
    """The connection that the token belongs to is not switched on."""

    status = 403
    code = "connection-off"
    sentence = _l("The connection that this token belongs to is not switched on.")


class OutOfScope(ApiProblem):
    """The token was not made for this, or who answers for it may not do it any more."""

    status = 403
    code = "scope"
    sentence = _l("This token was not made for this.")


class TooMuchAsked(ApiProblem):
    """All requests of this minute are used up."""

    status = 429
    code = "too-many"
    sentence = _l("Too many requests. Wait a minute and go on.")

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    def headers(self) -> dict[str, str]:
        """Seconds until it may come again."""
        return {"Retry-After": str(self.seconds)}


class NotJson(ApiProblem):
    """A body that is not JSON, or does not say so."""

    status = 415
    code = "not-json"
    sentence = _l("Send JSON, and say so in Content-Type.")


class KeyMissing(ApiProblem):
    """A request that writes has no key by which it would be known again."""

    status = 400
    code = "key-missing"
    sentence = _l("Send an Idempotency-Key of 8 to 64 characters, a new one for each new request.")


class KeyReused(ApiProblem):
    """A key came again with something else."""

    status = 422
    code = "key-reused"
    sentence = _l("This Idempotency-Key came before with another request. Use a new one.")


class ScopeNotHeld(Problem):
    """A scope is asked for that the account itself has no permission for."""

    status = 422
    field = "scopes"
    sentence = _l(
        "A token can do no more than your own account. Choose what your account includes."
    )


class NoScopeChosen(Problem):
    """A token without a scope."""

    status = 422
    field = "scopes"
    sentence = _l("Choose at least one.")


class NamesAlone(Problem):
    """Names without the people to whom they belong."""

    status = 422
    field = "scopes"
    sentence = _l("Names come with people: choose both, or leave names out.")


class TooLate(Problem):
    """A token is to be agreed to or fetched that waited too long, was fetched or was ended."""

    sentence = _l("This token waited too long, was fetched already, or was ended.")
