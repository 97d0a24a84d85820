"""Forms of a visit, and of the checklist that is looked at on visits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.platform.web import KashForm
from kash.platform.web.fields import clean_text
from kash.platform.web.forms import (
    DayField,
    choice_field,
    long_text_field,
    radio_field,
    required,
)
from kash.platform.web.input import CONTROL_CHARACTERS
from kash.tracks.rules.visits import LONGEST_ITEM, MOST_ITEMS, ChecklistItem, Observed
from kash.tracks.words import VISITS

_SEEN, _ITEM = "seen-", "item-"
_ROWS_MORE = 3


class VisitForm(KashForm):
    """A visit to somebody: occasion, day, who was there, where, what was seen, and the next one."""

    kind = radio_field(_l("Occasion"), [(str(key), word) for key, word in VISITS.items()])
    day = DayField(_l("Day"), validators=[required()])
    seen_by = choice_field(_l("Who was there"))
    place = choice_field(_l("Where"), required=False)
    note = long_text_field(_l("Note"), most=1_000, required=False)
    next_on = DayField(_l("Next visit"))


def observed_in(form: MultiDict[str, str], items: Sequence[ChecklistItem]) -> dict[str, str]:
    """Observations that were sent, of items of a checklist; what was not seen is left out."""
    sent = {one.key: form.get(f"{_SEEN}{one.key}", "") for one in items}
    return {key: value for key, value in sent.items() if value in set(Observed)}


def rows_to_write(items: Sequence[ChecklistItem]) -> list[ChecklistItem]:
    """The lines of a checklist to be written, with a few empty ones below."""
    empty = max(min(_ROWS_MORE, MOST_ITEMS - len(items)), 0)
    return [*items, *(ChecklistItem("", "") for _number in range(empty))]


def rows_sent(form: MultiDict[str, str]) -> list[ChecklistItem]:
    """The lines of a checklist as they were sent, empty ones too."""
    found = []
    for number in range(MOST_ITEMS + _ROWS_MORE):
        if f"{_ITEM}{number}" not in form:
            break
        texts = (_line(form.get(f"{_ITEM}{number}{part}", "")) for part in ("", "-sw"))
        key = form.get(f"{_ITEM}{number}-key", "")[:16]
        found.append(ChecklistItem(key, *texts))
    return found


def too_long(rows: Sequence[ChecklistItem]) -> dict[int, str]:
    """Sentences by line, for lines that are too long, or have no words but in Kiswahili."""
    found = {}
    for number, row in enumerate(rows):
        if max(len(row.text), len(row.text_sw)) > LONGEST_ITEM:
            found[number] = _("Shorten this line: it must fit on the sheet.")
        elif row.text_sw and not row.text:
            found[number] = _("Write this line in English too.")
    return found


def _line(text: str) -> str:
    return " ".join(str(clean_text(CONTROL_CHARACTERS.sub("", text[:2_000]))).split())
