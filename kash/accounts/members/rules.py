"""Rules of members: what roles entitle to, decided purely."""

from __future__ import annotations

from collections.abc import Collection

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
