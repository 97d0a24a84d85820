"""The list of tokens as a table to take along."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from kash.api.models import ApiToken
from kash.api.words import STANDS_WORDS
from kash.platform.web.taking import TableColumn


def token_columns(now: datetime) -> tuple[TableColumn[ApiToken], ...]:
    """The columns, with how each token stands at a moment."""
    return (
        TableColumn(_l("Connection"), lambda one: one.connection.name),
        TableColumn(_l("What for"), lambda one: one.purpose),
        TableColumn(_l("May be used for"), lambda one: ", ".join(use.scope for use in one.scopes)),
        TableColumn(_l("Answers for it"), lambda one: one.account.name),
        TableColumn(_l("Last used"), lambda one: one.last_used_at),
        TableColumn(_l("Ends"), lambda one: one.expires_at),
        TableColumn(_l("State"), lambda one: str(STANDS_WORDS[one.stands(now)])),
    )
