"""Reads of the programme, accounts, sessions and invitations."""
