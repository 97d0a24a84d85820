"""The form of an export."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from kash.exchange.history.rules import (
    DAY_FIRST,
    MONTH_FIRST,
    MOST_BYTES,
    UnreadableExport,
    decoded,
)
from kash.exchange.history.services import FILE_FAULTS
from kash.people.models import Group
from kash.platform.web import KashForm
from kash.platform.web.bodies import too_large
from kash.platform.web.errors import Problem
from kash.platform.web.forms import choice_field, long_text_field


class EarlierTrainingsForm(KashForm):
    """An export as a file or, once it was shown, as text; `shown` is the digest of what was.
    `order` is what was said of its days, `kept` what was chosen on other pages of its names."""

    group = choice_field(_l("Group"), required=True)
    file = FileField(_l("CSV file of trainings"))
    text = long_text_field(_l("Or paste its text"), most=MOST_BYTES)
    order = choice_field(
        _l("Days of this file"),
        [("", ""), (DAY_FIRST, _l("Day first")), (MONTH_FIRST, _l("Month first"))],
        required=False,
    )
    shown = HiddenField()
    kept = HiddenField()

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(group.public_id, group.name) for group in groups]

    def chosen(self, sent: MultiDict[str, str]) -> dict[str, str]:
        """The person who was chosen for each name (by key), on this page and on others; "" for
        nobody."""
        try:
            content = json.loads(self.kept.data or "{}")
        except (ValueError, RecursionError):
            content = {}
        chosen = {
            key: choice
            for key, choice in (content.items() if isinstance(content, dict) else ())
            if isinstance(choice, str)
        }
        return chosen | {key: sent.get(key, "") for key in sent.getlist("named")}

    def content(self) -> str:
        """The export, which lies in memory only. Raises BodyTooLarge and a Problem."""
        if not (self.file.data and self.file.data.filename):
            return self.text.data or ""
        content = bytes(self.file.data.read())
        if len(content) > MOST_BYTES:
            raise too_large(MOST_BYTES)
        try:
            return decoded(content)
        except UnreadableExport as fault:
            raise Problem(FILE_FAULTS[fault.why], field="file", status=422) from None
