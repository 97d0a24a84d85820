"""One unambiguous way to turn several fields into bytes before they are authenticated."""

from __future__ import annotations


def length_prefixed(*parts: str | bytes) -> bytes:
    """Each part after its length, so that no two lists of parts give the same bytes."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
