"""One unambiguous way to turn several fields into bytes before they are authenticated."""

from __future__ import annotations


def length_prefixed(*parts: str | bytes) -> bytes:
    """Each part after its length, so that no two lists of parts give the same bytes."""
    if len(parts) == 1 and isinstance(parts[0], str):
        only = parts[0].encode()
        return len(only).to_bytes(8, "big") + only
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
