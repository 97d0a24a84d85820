"""The form of an export."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from kash.history.errors import NoExport
from kash.history.rules import MOST_BYTES, UnreadableExport, decoded
from kash.people.models import Group
from kash.platform.web import KashForm
from kash.platform.web.bodies import too_large
from kash.platform.web.forms import choice_field, long_text_field


class EarlierTrainingsForm(KashForm):
    """An export as a file or, once it was shown, as text; `shown` is the digest of what was."""

    group = choice_field(_l("Group"), required=True)
    file = FileField(_l("CSV file of trainings"))
    text = long_text_field(_l("Or paste its text"), most=MOST_BYTES)
    shown = HiddenField()

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(one.public_id, one.name) for one in groups]

    def content(self) -> str:
        """The export, which lies in memory only. Raises NoExport and BodyTooLarge."""
        if not (self.file.data and self.file.data.filename):
            return self.text.data or ""
        content = bytes(self.file.data.read())
        if len(content) > MOST_BYTES:
            raise too_large(MOST_BYTES)
        try:
            return decoded(content)
        except UnreadableExport as fault:
            raise NoExport(fault.why) from None
