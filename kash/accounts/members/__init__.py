"""Members: who holds keys of the vault, and when it is open.

Members make keys of their own, let each other in, open the vault with a passphrase and a second
factor, and close it. Rooms above ask `members.opening` whether it is open in the present request.
"""

from flask import Blueprint

blueprint = Blueprint("members", __name__, url_prefix="/w/v")
