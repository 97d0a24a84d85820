"""The pages of accounts: signing in, one's own account, everybody's accounts, what protects them,
and the audit trail."""

from kash.accounts.views import accounts as access
from kash.accounts.views import breaches
from kash.accounts.views import inviting as confirming
from kash.accounts.views import sign_in as passkeys
