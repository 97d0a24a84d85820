"""The pages of the vault's members."""

from kash.members.views import keys, members, opening, unsealing

__all__ = ["keys", "members", "opening", "unsealing"]
