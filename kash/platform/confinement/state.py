"""State of confinement on this machine, found by starting a child."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kash.platform.confinement.children import NoAnswer, answer_of, ended, start

_SECONDS, _MOST = 20, 4096


@dataclass(frozen=True)
class Confinement:
    """Confinement of a child: its user's number, the version of Landlock (0 for none), whether
    calls are filtered, and what a connection comes to: `none`, `no tcp` or `open`."""

    uid: int
    landlock_abi: int
    seccomp: bool
    network: str

    @property
    def lacks(self) -> tuple[str, ...]:
        """Sentences on what a better machine would have."""
        return tuple(
            sentence
            for missing, sentence in (
                (self.uid == 0, "It is root's: put Kash and Python where others can read them."),
                (not self.landlock_abi, "No Landlock: its user alone keeps it from files."),
                (not self.seccomp, "System calls are not filtered: install libseccomp2."),
                (self.network != "none", "It reaches a network."),
            )
            if missing
        )


def confinement(*, fonts: bool = False) -> Confinement:
    """Confinement of a child that is started now. Raises NoAnswer if none can be started."""
    child = start("--tell", fonts=fonts)
    try:
        told = json.loads(b"".join(answer_of(child, _SECONDS, _MOST)))
    except ValueError:
        raise NoAnswer from None
    finally:
        ended(child)
    return Confinement(**told)
