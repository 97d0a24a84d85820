"""Tokens of answer links: short enough for a text message, too many to guess."""

from __future__ import annotations

import secrets

# 96 bits in 16 letters, so that the address leaves room for words in one message.
_BYTES = 12


def new_answer_token() -> str:
    """A token for the address of an answer."""
    return secrets.token_urlsafe(_BYTES)
