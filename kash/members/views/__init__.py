"""The pages of the vault's members."""

from kash.members.views import addresses, identity_requests, keys, members, vault_sessions
