"""The form by which a token is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.exchange.api.models import SCOPES
from kash.exchange.api.queries import PERIOD_WORDS
from kash.exchange.api.rules import PERIODS, may_have
from kash.exchange.api.services import TokenRequest
from kash.people.connections.models import Connection
from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import KashForm, choice_field, text_field
from kash.policy import Actor


class TokenForm(KashForm):
    """A token: for which connection, what for, and what it may be used for."""

    connection = choice_field(_l("Connection"))
    purpose = text_field(
        _l("What for"),
        most=200,
        description=_l("What the other system does with it. Name no person."),
    )
    scopes = SeveralField(_l("What it may be used for"), choices=[])
    days = choice_field(
        _l("For how long"),
        [(str(days), PERIOD_WORDS[days]) for days in PERIODS],
        description=_l("Counted from when you fetch it. Then it ends by itself."),
        default=str(PERIODS[1]),
    )

    def offer(self, connections: Sequence[Connection], by: Actor) -> None:
        """Offer these connections, and what the asker may do."""
        self.connection.choices = [
            (connection.public_id, connection.name) for connection in connections
        ]
        self.scopes.choices = [
            (scope.key, scope.title) for scope in SCOPES if may_have(by.roles, scope.permission)
        ]

    def request(self) -> TokenRequest:
        """The request as entered."""
        return TokenRequest(
            self.connection.data, self.purpose.data, tuple(self.scopes.data), int(self.days.data)
        )
