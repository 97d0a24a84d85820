"""The programming interface: JSON under `/api/v1/` for programs of others, each with a token.

A token belongs to a connection that two people agreed to, reaches what the account that answers for
it reaches and no more than its scopes, and is made by one and agreed to by another. Nothing of the
vault and no contact goes by it.
"""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/tokens")
