"""What is done with keys and openings."""

from kash.members.services.keeping import forget_kept, keep_for_member, kept_for_member
from kash.members.services.opening import close_vault, open_with_passphrase

__all__ = [
    "close_vault",
    "forget_kept",
    "keep_for_member",
    "kept_for_member",
    "open_with_passphrase",
]
