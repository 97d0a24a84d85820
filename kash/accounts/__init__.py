"""Accounts: the programme's own settings, who may sign in and as what, and how they prove it.

People sign in with e-mail and password, and where they could open much to others with a code as
well. Accounts are opened by invitation. Sessions are rows that can be seen and ended.
"""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
