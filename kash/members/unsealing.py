"""Unsealing, the reading by two people of who somebody is: the face for rooms above.

ask(by, document_public_id, reason)                    # a request; a custodian decides
read_granted(by, vault, document_public_id, kind)      # bytes, for an hour after a grant
SealedPage(kind, label, address, keeps_away)           # where it is read, who must not decide
"""

from kash.members.sealed_pages import SealedPage
from kash.members.services.unsealing import ask, read_granted

__all__ = ["SealedPage", "ask", "read_granted"]
