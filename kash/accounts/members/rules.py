"""Rules of members: what roles entitle to, decided purely; names of compartments, and sentences
about\nwhat is left of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.policy import Role

CASE, IDENTITY = "case", "identity"
_NEVER = frozenset({Role.ADMINISTRATOR, Role.POLICE_PEER})
_CASE = frozenset({Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR})
_FOUNDERS = frozenset({Role.DOCUMENTATION, Role.CUSTODIAN})


def entitled(roles: Collection[Role]) -> frozenset[str]:
    """The compartments that these roles may be let into.

    Never an administrator or a police account, whatever else it holds: the rule of roles forbids
    that too, and keys do not rely on it.
    """
    if not _NEVER.isdisjoint(roles):
        return frozenset()
    may: set[str] = set()
    if not _CASE.isdisjoint(roles):
        may.add(CASE)
    if Role.CUSTODIAN in roles:
        may.add(IDENTITY)
    return frozenset(may)


def may_begin(roles: Collection[Role]) -> frozenset[str]:
    """The compartments that these roles may make where nobody has: a director is let in."""
    return frozenset() if _FOUNDERS.isdisjoint(roles) else entitled(roles)


def left_with(holders: int) -> str:
    """How a compartment stands with so many members: `lost`, `last` (one), or `safe`."""
    return "lost" if holders <= 0 else "last" if holders == 1 else "safe"


COMPARTMENT_NAMES: Mapping[str, Any] = {CASE: _l("Cases"), IDENTITY: _l("Identities")}
COMPARTMENT_TEXTS: Mapping[str, Any] = {
    CASE: _l("What was done to which people, and how it was settled."),
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
            "Nobody else can open the cases. Locking holds the key back and loses nothing. Role "
            "and account stay until somebody else was let in."
        ),
        IDENTITY: _(
            "Nobody else can open the identities. Locking holds the key back and loses nothing. "
            "Role and account stay until somebody else was let in."
        ),
    }
    lost = sorted(name for name, how in left.items() if how == "lost")
    rest = {name: how for name, how in left.items() if how != "lost"}
    return [*(sentences[name] for name in lost), *warnings_of(rest)]
