"""To whom somebody can turn outside the programme, when somebody of the programme did it.

One person proposes it and another agrees, to exactly these words: whoever might be complained of
must not be able to put a friend there alone, nor with somebody whom she brought in for that
(`accounts.rules.two_people`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Contact:
    """A name, such as a lawyer's or a commission's, and how to reach it. `by` proposed it."""

    name: str
    reach: str
    by: str = ""

    @property
    def digest(self) -> str:
        """Digest to which an agreement is given."""
        said = "\n".join((self.name, self.reach, self.by))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def as_kept(self) -> dict[str, str]:
        """As the settings keep it."""
        return {"name": self.name, "reach": self.reach, "by": self.by}


def contact_from(kept: Any) -> Contact | None:
    """A contact as it was kept, None if there is none."""
    if not isinstance(kept, Mapping) or not (kept.get("name") and kept.get("reach")):
        return None
    return Contact(str(kept["name"]), str(kept["reach"]), str(kept.get("by", "")))
