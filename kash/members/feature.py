"""The declaration of members of the vault."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.accounts.endings import RoleChange, SessionEnd
from kash.accounts.revocations import Revocation
from kash.feature import Feature
from kash.members import blueprint, chores, commands, views
from kash.members.chapters import CHAPTERS
from kash.members.chores import forget_openings
from kash.members.names import held_back_of
from kash.members.queries import left_without
from kash.members.services.vault_sessions import close_with_sessions
from kash.members.taking_keys import HELD_BACK, OUTCOMES, take_all_keys, take_keys_with_roles
from kash.members.today import TODAY
from kash.members.trail_words import ACTION_WORDS
from kash.members.vault_sessions import init_opening
from kash.members.views.addresses import moved
from kash.platform.jobs import Chore
from kash.platform.web.navigation import Destination


def _lost_with(public_id: str) -> Sequence[str]:
    return held_back_of(left_without(public_id))


FEATURE = Feature(
    "members",
    modules=(chores, commands, views),
    start=init_opening,
    blueprints=(blueprint, moved),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination("members.open_vault", _l("Vault"), "key", "vault.open", 80),
        Destination(
            "members.members", _l("Vault"), "key", "vault.members", 100, unless="vault.open"
        ),
        *TODAY,
        SessionEnd(close_with_sessions),
        RoleChange(take_keys_with_roles),
        Revocation(
            "joining.take_all_keys",
            _l("Keys of the vault are taken away, or held back if nobody else has them"),
            take_all_keys,
            _lost_with,
            OUTCOMES,
            (HELD_BACK,),
        ),
        Chore("forget_openings", forget_openings, minutes=5),
    ),
)
