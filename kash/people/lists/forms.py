"""Forms of lists that are brought in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextArea

from kash.people.lists.choices import ADD, NONE, Choices
from kash.people.lists.previews import Preview
from kash.people.lists.rules.classing import NEW, OUT
from kash.people.lists.rules.headings import FIELDS, LEFT_OUT
from kash.people.lists.rules.rows import EDITABLE
from kash.people.models import Group, Organisation
from kash.platform.database import PUBLIC_ID
from kash.platform.web import KashForm
from kash.platform.web.fields import clean_text
from kash.platform.web.forms import UNCORRECTED, choice_field

Correction = Callable[[Choices], None]
_WHOLE = re.compile(r"[0-9]{1,6}")
_DECISION = re.compile(rf"{NEW}|{OUT}|row-[0-9]{{1,6}}|{PUBLIC_ID}")
_MOST_TYPED = 200


class PastedRows(Field):
    """Rows as they were pasted. Nothing is taken away from them: a tab at the beginning is an empty
    cell."""

    # No field of text, which would be cleaned; the widget needs no more than `_value`.
    widget = TextArea()  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text as it came."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return self.data or ""


class UploadForm(KashForm):
    """A file or pasted rows, and the group of its people if the list does not say it."""

    file = FileField(_l("File"))
    # Each row stays in its line, however long. A browser cuts what is longer than `maxlength`
    # without a word, so there is none.
    pasted = PastedRows(
        _l("Or paste rows"),
        render_kw={"rows": 5, "wrap": "off", "autocapitalize": "none"} | UNCORRECTED,
    )
    group = choice_field(_l("Group"), required=False)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [
            ("", _("As the list says")),
            *((group.public_id, group.name) for group in groups),
        ]

    def validate_file(self, field: FileField) -> None:
        """A file is needed, or rows."""
        if not self._has_file() and not self._has_rows():
            raise ValidationError(_("Choose a file, or paste rows below."))

    def validate_pasted(self, field: Field) -> None:
        """One of both: nobody could tell which list was meant."""
        if self._has_file() and self._has_rows():
            raise ValidationError(
                _("A file and pasted rows are two lists. Empty this, or send it without a file.")
            )

    def _has_file(self) -> bool:
        return bool(self.file.data and self.file.data.filename)

    def _has_rows(self) -> bool:
        return bool(self.pasted.data and self.pasted.data.strip())

    def content(self) -> tuple[bytes, str]:
        """The list's bytes, which lie in memory only, and the name of its file, if it was one."""
        if self._has_file():
            return self.file.data.stream.read(), clean_text(self.file.data.filename or "")
        return self.pasted.data.encode(), ""

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the list beside where it was given."""
        self.mark_wrong(self.file if self._has_file() else self.pasted, sentence)


def columns_correction(
    given: Mapping[str, str],
    preview: Preview,
    groups: Iterable[Group],
    organisations: Iterable[Organisation],
) -> Correction:
    """Correction of sheet, header row, group, columns, stations, and names in capitals.

    What is not on offer is as if it had not been sent. Another sheet or header row makes all that
    was chosen below it void.
    """
    sheet = _number(given.get("sheet", ""), len(preview.file.sheets))
    header = _number(given.get("header", ""), preview.table.last - 1)
    group = given.get("group", "")
    known_groups = {group.public_id for group in groups}
    known_places = {organisation.public_id for organisation in organisations} | {ADD, NONE}
    columns = {
        at: field
        for at, guess in enumerate(preview.guesses)
        if (field := given.get(f"column-{at}", guess.field)) != guess.field
        and (field == LEFT_OUT or field in FIELDS)
    }
    stations = {
        place.written: chosen
        for at, place in enumerate(preview.places)
        if (chosen := given.get(f"station-{at}", "")) in known_places and chosen != place.chosen
    }
    capitals = given.get("capitals", "")
    looked = [at for at, _guess in enumerate(preview.guesses) if given.get(f"looked-{at}")]
    elsewhere = sheet is not None and sheet != preview.sheet_at
    moved = header is not None and header != preview.table.header

    def correct(choices: Choices) -> None:
        if group in known_groups:
            choices.group = group
        if capitals in ("as names", "as they are"):
            choices.capitals = capitals == "as names"
        if elsewhere:
            choices.sheet, choices.header = sheet, None
        elif moved:
            choices.header = header
        if elsewhere or moved:
            choices.forget_rows()
            return
        if columns:
            # A field goes to one column: the one it was given to first leaves it.
            choices.columns |= columns
        choices.looked = sorted({*choices.looked, *looked})
        choices.stations |= stations

    return correct


def row_correction(
    given: Mapping[str, str], takes: Sequence[str], number: int, beside: Sequence[str]
) -> Correction:
    """Correction of one row: a decision, cells typed anew, or fields to be replaced. `beside` are
    the public ids of the people that stood beside the row."""
    decision = given.get("decision", "")
    if "ask" in given or not re.fullmatch(
        rf"{NEW}|{OUT}|row-[0-9]{{1,6}}|[0-9a-z]{{16}}", decision
    ):
        decision = ""
    edits = {name: str(clean_text(given[name]))[:_MOST_TYPED] for name in EDITABLE if name in given}

    def correct(choices: Choices) -> None:
        choices.decisions.pop(number, None)
        choices.seen.pop(number, None)
        if decision:
            choices.decisions[number] = decision
            choices.seen[number] = list(beside)
        if edits:
            choices.edits[number] = {**choices.edits.get(number, {}), **edits}
        if "takes" in given:
            choices.takes[number] = [name for name in takes if name in FIELDS]

    return correct


def row_as_person(number: int) -> Correction:
    """That a line which looked like nobody's is somebody's."""

    def correct(choices: Choices) -> None:
        choices.persons = sorted({*choices.persons, number})

    return correct


def _number(text: str, most: int) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) and int(text) <= most else None
