"""Names of compartments, and sentences about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.rules import CASE, IDENTITY

COMPARTMENT_NAMES: Mapping[str, Any] = {CASE: _l("Cases"), IDENTITY: _l("Identities")}
COMPARTMENT_TEXTS: Mapping[str, Any] = {
    CASE: _l("What was done to whom, and how it was settled."),
    IDENTITY: _l("Legal names and numbers. Only custodians hold these keys."),
}


def warnings_of(left: Mapping[str, str]) -> list[str]:
    """Sentences on what would be left of compartments; `left` is as `queries.left_without`."""
    sentences = {
        (CASE, "last"): _("Then only one person can open the cases."),
        (CASE, "lost"): _(
            "Then nobody can open the cases any more. All that is sealed there is lost for good."
        ),
        (IDENTITY, "last"): _("Then only one person can open the identities."),
        (IDENTITY, "lost"): _(
            "Then nobody can open the identities any more. All that is sealed there is lost for"
            " good."
        ),
    }
    return [sentences[name, how] for name, how in sorted(left.items())]


def held_back_of(left: Mapping[str, str]) -> list[str]:
    """The same for whose access ends otherwise: what nobody else can open is held back, not lost,
    and stands against closing the account."""
    sentences = {
        CASE: _(
            "Nobody else can open the cases. Locking holds the key back and loses nothing. The role"
            " stays, and the account cannot be closed, until somebody else was let in."
        ),
        IDENTITY: _(
            "Nobody else can open the identities. Locking holds the key back and loses nothing. The"
            " role stays, and the account cannot be closed, until somebody else was let in."
        ),
    }
    lost = sorted(name for name, how in left.items() if how == "lost")
    rest = {name: how for name, how in left.items() if how != "lost"}
    return [*(sentences[name] for name in lost), *warnings_of(rest)]
