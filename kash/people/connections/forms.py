"""The form of a connection. Words for how a connection stands."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Length, Optional

from kash.people.connections.models import Connection
from kash.people.connections.queries import ConnectionKind, SecretMissing
from kash.people.connections.rules import Stands
from kash.people.connections.services import ConnectionDetails
from kash.platform.web.fields import DayField, SecretField
from kash.platform.web.forms import long_text_field, required, text_field
from kash.platform.web.row_versions import RowVersionForm

_SETTING = "setting_"


class ConnectionForm(RowVersionForm):
    """A connection: the other end, the contract, and what protects what leaves."""

    name = text_field(_l("Name"), description=_l("By which you know it here"))
    address = text_field(_l("Address of the other system"), most=200)
    secret = SecretField(
        _l("Token"),
        description=_l(
            "By which the other system knows this programme. It is sealed and never shown again."
        ),
        validators=[Optional(), Length(max=1000)],
        render_kw={"autocomplete": "off"},
    )
    processor = text_field(
        _l("Who works with the data there"),
        most=200,
        description=_l("The organisation with which the contract is made"),
    )
    contract = text_field(_l("Reference of the contract"), most=200)
    contract_on = DayField(_l("Signed on"), validators=[required()])
    country = text_field(_l("Country in which the data lies there"), most=80)
    safeguards = long_text_field(
        _l("Safeguards"),
        most=2000,
        required=True,
        description=_l(
            "What protects the data on the way and there: clauses of the contract, who may read it,"
            " when it is deleted, and for another country on which ground it may go there."
        ),
    )

    # True while no token is kept that could stay.
    needs_secret = False

    def check_together(self) -> None:
        """Ask for the token together with all else that is missing."""
        if self.needs_secret and not self.secret.data:
            self.mark_wrong(self.secret, SecretMissing())

    def details(self, kind: ConnectionKind) -> ConnectionDetails:
        """The connection as entered."""
        settings = {
            setting.key: self[f"{_SETTING}{setting.key}"].data or "" for setting in kind.settings
        }
        return self.command(
            ConnectionDetails,
            settings=settings,
            address=self.address.data if kind.asks_address else "",
            secret=(self.secret.data or "") if kind.asks_secret else "",
        )


def form_of(kind: ConnectionKind, found: Connection | None = None) -> ConnectionForm:
    """The form of a kind, with its own settings and without what it doesn't ask for; filled from a
    connection if there is one."""
    fields = {
        f"{_SETTING}{setting.key}": text_field(
            setting.label, most=setting.most, description=setting.description, required=False
        )
        for setting in kind.settings
    }
    left_out = {
        name: None
        for name, wanted in (("address", kind.asks_address), ("secret", kind.asks_secret))
        if not wanted
    }
    needs = {"needs_secret": kind.asks_secret and found is None}
    form_class = type("KindForm", (ConnectionForm,), {**fields, **left_out, **needs})
    form: ConnectionForm = form_class(data=as_entered(found) if found else None)
    return form


def as_entered(found: Connection) -> dict[str, Any]:
    """A connection as its form shows it, without its secret."""
    return {
        "name": found.name,
        "address": found.address,
        "processor": found.processor,
        "contract": found.contract,
        "contract_on": found.contract_on,
        "country": found.country,
        "safeguards": found.safeguards,
        "row_version": str(found.row_version),
        **{f"{_SETTING}{key}": value for key, value in found.settings.items()},
    }


STANDS_WORDS: dict[Stands, Any] = {
    Stands.RECORDED: _l("recorded, not agreed to"),
    Stands.RETURNED: _l("sent back"),
    Stands.AGREED: _l("agreed, not on yet"),
    Stands.ON: _l("on"),
    Stands.OFF: _l("switched off"),
}
STANDS_TONES: dict[Stands, str] = {
    Stands.RECORDED: "warn",
    Stands.RETURNED: "bad",
    Stands.AGREED: "",
    Stands.ON: "good",
    Stands.OFF: "",
}
