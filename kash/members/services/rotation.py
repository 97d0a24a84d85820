"""A new generation of keys after somebody left: begun and carried on when a member opens the vault.

Each batch is one transaction and one audit entry, so that it goes on where it stood, whatever
happened in between; every document opens all the while.
"""

from __future__ import annotations

from collections.abc import Callable

from kash.members.errors import KeyNotRight, WordsNotCompared
from kash.members.services.alarms import alarming
from kash.platform.database import db
from kash.platform.vault import (
    NotCompared,
    OpenVault,
    audited,
    begin_rotation,
    continue_rotation,
    rotation_due,
)
from kash.platform.web.errors import Problem
from kash.policy import Actor

# Of five hundred documents each; what is left goes on from the page that shows it.
BATCHES = 4


def rotate(by: Actor, look: Callable[[], OpenVault | None], batches: int = BATCHES) -> int:
    """Begin what is due and move some documents on; how many are left in all.

    `look` reads the open vault anew, since a new generation was wrapped to it meanwhile. A
    generation is not begun, and the others go on, where a holder's words were not compared or a key
    does not check: then raises WordsNotCompared or KeyNotRight at the end.
    """
    vault = look()
    if vault is None:
        return 0
    names = rotation_due(db.session(), vault)
    if not names:
        return 0
    stopped: Problem | None = None
    for name in names:
        try:
            _begin(by, vault, name)
        except (WordsNotCompared, KeyNotRight) as problem:
            stopped = problem
    left = 0
    for name in names:
        vault = look()
        if vault is None or not vault.holds(name):
            continue
        with alarming(by):
            left += _carry_on(by, vault, name, batches)
    if stopped is not None:
        raise stopped
    return left


def _begin(by: Actor, vault: OpenVault, name: str) -> None:
    try:
        with alarming(by), audited("vault.rotation_begun", by) as change:
            if not begin_rotation(change.session, vault, name, change.now):
                change.nothing()
            change.about(f"keys:{name}")
    except NotCompared:
        raise WordsNotCompared from None


def _carry_on(by: Actor, vault: OpenVault, name: str, batches: int) -> int:
    left = 0
    for _batch in range(batches):
        with audited("vault.rotation_continued", by) as change:
            left = continue_rotation(change.session, vault, name)
            change.about(f"keys:{name}")
        if not left:
            break
    return left
