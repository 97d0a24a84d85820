"""Counting tries, in rows of the database: all processes and restarts count together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from kash.accounts.errors import SignInPaused
from kash.accounts.models import Programme, SignInAttempt
from kash.accounts.rules import THROTTLE_WINDOW, RecentTries, refused_for_a_while
from kash.database import utc_now, writing
from kash.vault import lookup


@dataclass(frozen=True)
class Client:
    """From where someone tries: an address, and the mark of a browser used before, if it has one.

    `known_as` is the account for which the mark was given; for another account it is worth nothing.
    """

    address: str
    browser: str = ""
    known_as: str = ""


@dataclass(frozen=True)
class Try:
    """A try that is counted until it succeeds."""

    attempt_id: int


def begin_try(account_key: str, client: Client, *, known: bool) -> Try:
    """Count a try before the password is looked at. Raises SignInPaused.

    It is counted first so that a thousand tries at once are counted too.
    """
    key = client.browser if known else client.address
    client_key = lookup(key, kind="signin.browser" if known else "signin.address")
    now = utc_now()
    since = now - THROTTLE_WINDOW
    with writing() as session:
        # One at a time: on PostgreSQL tries at the same moment would not see each other.
        session.execute(select(Programme.id).with_for_update())
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < since))
        attempt = SignInAttempt(account_key=account_key, client_key=client_key, at=now)
        session.add(attempt)
        session.flush()

        def count(*conditions: object) -> int:
            found = session.scalar(
                select(func.count()).select_from(SignInAttempt).where(*conditions)  # type: ignore[arg-type]
            )
            return found or 0

        tries = RecentTries(
            client_on_account=count(
                SignInAttempt.account_key == account_key, SignInAttempt.client_key == client_key
            ),
            account=count(SignInAttempt.account_key == account_key),
            address=count(SignInAttempt.client_key == client_key),
            known_browser=known,
        )
        if refused_for_a_while(tries):
            # Not counted: whoever keeps trying must not keep the door shut for ever.
            raise SignInPaused
        attempt_id = attempt.id
    return Try(attempt_id)


def forgive_try(tried: Try) -> None:
    """A try succeeded: it does not count."""
    with writing() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.id == tried.attempt_id))
