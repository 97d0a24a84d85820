"""The pages of the vault's members."""

from kash.members.views import addresses, keys, members, unsealing, vault_sessions
