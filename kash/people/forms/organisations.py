"""Form of an organisation."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.people.models import Group
from kash.people.services.organisations import OrganisationDetails
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, radio_field, text_field


class OrganisationForm(KashForm):
    """An organisation."""

    name = text_field(_l("Name"), most=120)
    kind = radio_field(_l("Kind"), list(words.KIND.items()))
    place = text_field(_l("Place"), most=120, required=False)
    group = choice_field(_l("Group"), required=False)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [
            ("", _("None")),
            *((group.public_id, group.name) for group in groups),
        ]

    def details(self) -> OrganisationDetails:
        """Details as they were entered."""
        return self.command(OrganisationDetails)
