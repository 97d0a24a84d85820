"""The passkeys of an account."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select

from kash.accounts.models import Account, Passkey
from kash.accounts.rules.passkeys import Site, site_of
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def site() -> Site | None:
    """The site that passkeys are made for, None where there can be none."""
    return site_of(current_app.config["SETTINGS"].public_url)


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """An account's passkeys, the oldest first."""
    return db.session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    ).all()


def own_passkey(by: Actor, public_id: str) -> Passkey:
    """One of the actor's own passkeys. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Passkey).where(
                Passkey.public_id == public_id, Passkey.account_id == by.account_id
            )
        )
    )


def passkey_by_key(credential_key: str) -> tuple[Passkey, Account] | None:
    """The passkey with this hash, and whose it is."""
    row = db.session.execute(
        select(Passkey, Account)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_key == credential_key)
    ).one_or_none()
    return None if row is None else (row[0], row[1])
