"""Services of keys and openings."""

from kash.members.services.admitting import admit, remove
from kash.members.services.keeping import forget_kept, keep_for_member, kept_for_member
from kash.members.services.keys import (
    begin_compartments,
    carried_code,
    carry_code,
    change_passphrase,
    is_typed_back,
    make_own_keys,
    offer_words,
    offered_words,
    recover,
)
from kash.members.services.opening import close_vault, open_with_passphrase
from kash.members.services.rotation import rotate
from kash.members.services.unsealing import (
    ask,
    decide,
    forget_old,
    may_decide,
    read_granted,
    read_reason,
)

__all__ = [
    "admit",
    "ask",
    "begin_compartments",
    "carried_code",
    "carry_code",
    "change_passphrase",
    "close_vault",
    "decide",
    "forget_kept",
    "forget_old",
    "is_typed_back",
    "keep_for_member",
    "kept_for_member",
    "make_own_keys",
    "may_decide",
    "offer_words",
    "offered_words",
    "open_with_passphrase",
    "read_granted",
    "read_reason",
    "recover",
    "remove",
    "rotate",
]
