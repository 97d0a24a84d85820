"""Actor of this request. The room that keeps the accounts says so through Flask-Login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Flask, current_app, g, request
from flask_login import AnonymousUserMixin, UserMixin, current_user

from kash.feature import protects, rights_off
from kash.policy import NOBODY, SYSTEM, Actor

_EXTENSION = "kash_actors"


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """A signed-in person, as pages know them. Loaded once for each request; no row stays bound."""

    actor: Actor
    name: str
    token: str = field(repr=False)
    password_given_at: datetime | None = None
    zone: str | None = None

    def get_id(self) -> str:
        """Text that the cookie keeps: the session's secret, never an account's id."""
        return self.token

    @property
    def key(self) -> str:
        """By what a page tells the drafts of one person from those of another."""
        return self.actor.public_id


class NobodyHere(AnonymousUserMixin):
    """A person who has not signed in."""

    actor = NOBODY


NOBODY_HERE = NobodyHere()


def signed_in() -> SignedIn | None:
    """The signed-in person of this request, or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def current_actor() -> Actor:
    """Actor of this request; NOBODY before sign-in."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        person = signed_in()
        actor = as_used_here(person.actor) if person is not None else NOBODY
        g.actor = actor
    return actor


def as_used_here(actor: Actor) -> Actor:
    """An actor without what the programme does not use; on a page that protects somebody she may
    do all that she may."""
    off = rights_off()
    return replace(actor, off=off) if off and not protects(request.endpoint or "") else actor


def init_actors(app: Flask, actor_now: Callable[[str], Actor]) -> None:
    """Set who knows what an account may do now."""
    app.extensions[_EXTENSION] = actor_now


def actor_of_job(owner: str) -> Actor:
    """The account that work is done for, with what it may do now, NOBODY if it may not act."""
    if owner == SYSTEM.public_id:
        return SYSTEM
    actor_now: Callable[[str], Actor] = current_app.extensions[_EXTENSION]
    return actor_now(owner)
