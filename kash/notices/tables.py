"""Columns of the list of messages, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.notices.words import CHANNEL, STANDING, UNSENT, reason
from kash.platform.web.taking import TableColumn

# A row of the list, the word for its kind, and the event that it is about.
MessageLine = tuple[Any, Any, str]
MESSAGE_COLUMNS: Sequence[TableColumn[MessageLine]] = (
    TableColumn(_l("For"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Message"), lambda line: line[1], "#activity"),
    TableColumn(
        _l("Way"),
        lambda line: CHANNEL[line[0].channel] if line[0].channel else "",
        "#channel",
    ),
    TableColumn(_l("Event"), lambda line: line[2], "#event+name"),
    TableColumn(_l("When"), lambda line: line[0].settled_at or line[0].created_at, "#date"),
    TableColumn(_l("How it stands"), lambda line: STANDING[line[0].standing], "#status"),
    TableColumn(
        _l("Why"),
        lambda line: UNSENT.get(line[0].unsent) or reason(line[0].code or ""),
        "#cause",
    ),
)
