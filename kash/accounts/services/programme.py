"""Setting up the programme, once, and changing what it decides for itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import AlreadySetUp
from kash.accounts.models import Programme
from kash.accounts.queries.accounts import account, actor_of
from kash.accounts.rules.accounts import NEED_SECOND_STEP
from kash.accounts.secrets import hash_password
from kash.accounts.services.accounts import build_account, check_new_password
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.programme import forget_programme_facts
from kash.policy import Actor, Role


def set_up_programme(
    *,
    name: str,
    neutral_name: str,
    zone: str,
    languages: Sequence[str],
    administrator_name: str,
    administrator_email: str,
    password: str,
    also: Callable[[Session], None] = lambda session: None,
) -> Actor:
    """Make the programme and its first administrator, who is returned.

    `also` adds what other rooms need from the start, in the same transaction. Raises AlreadySetUp,
    WeakPassword.
    """
    check_new_password(password, administrator_name, administrator_email.partition("@")[0])
    hashed = hash_password(password)
    first = Actor(public_id=new_public_id())
    with audited("accounts.programme_set_up", first) as change:
        if change.session.get(Programme, 1) is not None:
            raise AlreadySetUp
        change.session.add(
            Programme(
                id=1,
                name=name,
                neutral_name=neutral_name,
                zone=zone,
                languages=list(languages),
                default_language=languages[0],
                created_at=change.now,
            )
        )
        try:
            change.session.flush()
        except IntegrityError:
            raise AlreadySetUp from None
        change.session.add(
            build_account(
                public_id=first.public_id,
                name=administrator_name,
                email=administrator_email,
                password_hash=hashed,
                roles=[Role.ADMINISTRATOR],
            )
        )
        also(change.session)
        change.session.flush()
        change.about("programme", first.public_id)
    forget_programme_facts()
    return actor_of(account(first.public_id))


def change_programme(
    by: ActorLike,
    *,
    name: str,
    neutral_name: str,
    zone: str,
    languages: Sequence[str],
    settings: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> None:
    """Change the programme's names, zone and languages, and those `settings` that are given.

    `version` is the one that the page showed. Raises ChangedMeanwhile.
    """
    with audited("accounts.programme_changed", by) as change:
        programme = _held(change.session, version)
        programme.name = name
        programme.neutral_name = neutral_name
        programme.zone = zone
        programme.languages = list(languages)
        programme.default_language = languages[0]
        programme.settings = {**programme.settings, **(settings or {})}
        programme.version += 1
        change.about("programme")
    forget_programme_facts()


def choose_roles_with_second_step(by: ActorLike, roles: Collection[Role]) -> None:
    """Say which roles need a second step besides those that always do; at once for everybody."""
    more = sorted(str(role) for role in set(roles) - NEED_SECOND_STEP)
    with audited("accounts.second_step_roles_chosen", by) as change:
        programme = one_or_404(change.session.get(Programme, 1, with_for_update=True))
        before = set(programme.settings.get("second_step_roles", ()))
        if before == set(more):
            change.nothing()
            return
        programme.settings = {**programme.settings, "second_step_roles": more}
        programme.version += 1
        change.about("programme", *(f"role:{role}" for role in sorted(before ^ set(more))))
    forget_programme_facts()


Kind = Literal[
    "retention",
    "paper",
    "logo",
    "languages",
    "contacts",
    "alerts",
    "address",
    "outside",
    "reporting",
    "seats",
]


def change_settings(
    by: ActorLike, kind: Kind, part: str, values: Mapping[str, Any], version: int | None = None
) -> dict[str, Any]:
    """Change some values of one part of the settings; the entry names the kind, never a value.

    Returns what the part held before. Raises ChangedMeanwhile.
    """
    with audited(f"accounts.{kind}_changed", by) as change:
        programme = _held(change.session, version)
        before = dict(programme.settings.get(part, {}))
        programme.settings = {**programme.settings, part: {**before, **values}}
        programme.version += 1
        change.about("settings")
    forget_programme_facts()
    return before


def accept_address(by: ActorLike, address: str) -> None:
    """Keep that links and codes may hold this address, though few can open it or it is unprotected.

    It holds for this address alone.
    """
    change_settings(by, "address", "address", {"accepted": address})


def _held(session: Session, version: int | None) -> Programme:
    programme = one_or_404(session.get(Programme, 1, with_for_update=True))
    if version is not None and programme.version != version:
        raise ChangedMeanwhile
    return programme
