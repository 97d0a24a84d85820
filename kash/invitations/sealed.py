"""Names as they were typed into a link, sealed until they are decided on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from kash.invitations.models import SignUp
from kash.platform.vault import open_text, seal

_KIND = "sign_up.typed"


@dataclass(frozen=True)
class Typed:
    """Somebody as she was typed in; `phone` is E.164 or empty."""

    name: str = field(repr=False)
    sex: str = ""
    age_band: str = ""
    phone: str = field(default="", repr=False)


def sealed_typed(typed: Typed, public_id: str) -> bytes:
    """A row as it was typed, sealed for itself."""
    return seal(json.dumps(asdict(typed), ensure_ascii=False), kind=_KIND, public_id=public_id)


def typed_of(row: SignUp) -> Typed:
    """A row that waits, as it was typed. Raises SealError."""
    if row.typed_sealed is None:
        return Typed("")
    return Typed(**json.loads(open_text(row.typed_sealed, kind=_KIND, public_id=row.public_id)))
