"""Forms of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from kash.exchange.kobo.services import FormDetails
from kash.people.models import Group
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, text_field

_ASSET = re.compile(r"[A-Za-z0-9]{8,40}")
_ADDRESS = re.compile(r"/(?:forms|assets)/([A-Za-z0-9]{8,40})(?:[/?#]|$)")


def asset_in(text: str) -> str:
    """Name that the server has for a form, as typed or within the address of its page; empty if
    there is nothing of the kind."""
    if _ASSET.fullmatch(text):
        return text
    address = _ADDRESS.search(text)
    return address[1] if address else ""


class NewForm(KashForm):
    """A form of the server, and whose registrations it holds."""

    title = text_field(_l("Name"), description=_l("By which you know it here"))
    asset = text_field(
        _l("The form on the server"),
        most=300,
        description=_l("Open it there and copy the address from the browser's line."),
    )
    group = choice_field(_l("Group"), required=True)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(group.public_id, group.name) for group in groups]

    def validate_asset(self, field: Field) -> None:
        """The address of a form, or what stands in it."""
        if not asset_in(field.data):
            raise ValidationError(_("This is no address of a form."))

    def details(self) -> FormDetails:
        """The form as entered."""
        return self.command(FormDetails, asset=asset_in(self.asset.data))
