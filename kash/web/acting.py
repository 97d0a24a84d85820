"""Who is acting in this request. Whoever keeps the accounts says so through Flask-Login."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import g
from flask_login import AnonymousUserMixin, UserMixin, current_user

from kash.policy import NOBODY, Actor


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """A signed-in person, as pages know them. Loaded once for each request; no row stays bound."""

    actor: Actor
    name: str
    token: str = field(repr=False)
    password_given_at: datetime | None = None
    zone: str | None = None

    def get_id(self) -> str:
        """What the cookie keeps: the session's secret, never an account's id."""
        return self.token

    @property
    def key(self) -> str:
        """By what a page tells the drafts of one person from those of another."""
        return self.actor.public_id


class NobodyHere(AnonymousUserMixin):
    """Whoever has not signed in."""

    actor = NOBODY


NOBODY_HERE = NobodyHere()


def signed_in() -> SignedIn | None:
    """The signed-in person of this request, or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def current_actor() -> Actor:
    """Who acts in this request; NOBODY before sign-in."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        person = signed_in()
        actor = person.actor if person is not None else NOBODY
        g.actor = actor
    return actor
