"""The pages of the vault's members."""

from kash.members.views import opening

__all__ = ["opening"]
