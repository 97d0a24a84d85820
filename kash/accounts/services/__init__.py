"""Services of accounts, by noun: signing in, accounts, invitations, the second step."""
