"""Forms of lists that are imported. Hours of a week as people write them: of services, and of
whoever is on duty. Forms of the directory of services."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextArea

from kash.people import directory_words, words
from kash.people.lists.placing import ADD, NONE, Choices
from kash.people.lists.previews import Preview
from kash.people.models import Group, Organisation, ServiceEntry
from kash.people.rules.directory import (
    CARDS_ON_A_SHEET,
    DAY,
    MOST_SHEETS,
    NotHours,
    Stretch,
    always_open,
    overlap,
    read_day,
    written_day,
)
from kash.people.rules.lists.classing import NEW, OUT
from kash.people.rules.lists.headings import FIELDS, LEFT_OUT
from kash.people.rules.lists.rows import EDITABLE
from kash.people.rules.persons import is_a_name
from kash.people.services.directory import ServiceDetails
from kash.platform.database import PUBLIC_ID, is_public_id, new_public_id
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, HiddenField, PhoneField, SeveralField, clean_text
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    UNCORRECTED,
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm

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
    known_groups = {each.public_id for each in groups}
    known_places = {each.public_id for each in organisations} | {ADD, NONE}
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
    the public ids of the people beside whom the row was shown."""
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


class WeekForm(KashForm):
    """The hours of seven days, Monday first, or always."""

    always = BooleanField(_l("Open day and night, every day"))
    day_0 = text_field(_l("Monday"), most=60, required=False)
    day_1 = text_field(_l("Tuesday"), most=60, required=False)
    day_2 = text_field(_l("Wednesday"), most=60, required=False)
    day_3 = text_field(_l("Thursday"), most=60, required=False)
    day_4 = text_field(_l("Friday"), most=60, required=False)
    day_5 = text_field(_l("Saturday"), most=60, required=False)
    day_6 = text_field(_l("Sunday"), most=60, required=False)

    @property
    def days(self) -> list[Any]:
        """The fields of the week, Monday first."""
        return [self[f"day_{weekday}"] for weekday in range(7)]

    def check_together(self) -> None:
        """Also read each day's hours, and refuse what overlaps from one day to the next."""
        known: list[Stretch] = []
        for weekday, field in enumerate(self.days if not self.always.data else ()):
            if field.errors:
                continue
            try:
                day = read_day(weekday, field.data)
                if overlap([*known, *day]):
                    raise NotHours
            except NotHours:
                self.mark_wrong(
                    field,
                    _("These are not hours that fit. They look like 08:00–13:00, 14:00–17:00."),
                )
            else:
                known += day

    def hours(self) -> tuple[Stretch, ...]:
        """Hours as they were entered, once found valid."""
        if self.always.data:
            return tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7))
        return tuple(
            each
            for weekday, field in enumerate(self.days)
            for each in read_day(weekday, field.data or "")
        )

    def fill_week(self, stretches: Sequence[Stretch]) -> None:
        """Show what is kept."""
        self.always.data = always_open(stretches)
        if not self.always.data:
            for weekday, field in enumerate(self.days):
                field.data = written_day(stretches, weekday)


_SHORT = re.compile(r"[0-9]{3,5}")
_SERVED = list(directory_words.SERVED.items())
_SPOKEN = [(code, said) for code, said in words.LANGUAGE.items() if code]


class PublicPhoneField(PhoneField):
    """The number of a service: a phone number in E.164, or a short one such as 116."""

    def process_formdata(self, valuelist: Any) -> None:
        """Let a short number through as it is."""
        text = re.sub(r"\s", "", str(valuelist[0])) if valuelist else ""
        if _SHORT.fullmatch(text):
            self.typed = self.data = text
            return
        super().process_formdata(valuelist)


class ServiceForm(WeekForm, RowVersionForm):
    """A service. `key` is the id that a new one gets, so that sending twice adds one."""

    key = HiddenField()
    name = text_field(_l("Name"), most=120)
    kind = choice_field(_l("Kind"), list(directory_words.SERVICE_KIND.items()))
    area = text_field(_l("Area"), most=120, required=False)
    phone = PublicPhoneField(_l("Phone"))
    other_phone = PublicPhoneField(_l("Another phone"))
    address = text_field(_l("Address and the way there"), most=400, required=False)
    address_confidential = BooleanField(_l("The address is confidential: call first"))
    remove_address = BooleanField(_l("Remove the address that is kept"))
    languages = SeveralField(_l("Languages spoken there"), choices=_SPOKEN, coerce=str)
    serves = SeveralField(_l("Whom it serves"), choices=_SERVED, coerce=str)
    cost = choice_field(_l("Cost"), list(directory_words.COST.items()), required=False)
    cost_note = text_field(_l("About the cost"), most=200, required=False)
    recommended_by = text_field(_l("Recommended by"), most=200, required=False)
    card_name = text_field(_l("Name on cards"), most=60, required=False)
    notes = long_text_field(_l("Notes"), most=2000)
    checked_on = DayField(_l("Last checked on"))
    active = BooleanField(_l("Shown in the directory"), default=True)

    def validate_name(self, field: Any) -> None:
        """Something to read."""
        if field.data and not is_a_name(field.data):
            raise ValidationError(_("A name needs at least one letter."))

    def validate_checked_on(self, field: Any) -> None:
        """A day that has come."""
        if field.data is None:
            if not field.errors:
                raise ValidationError(_("Enter the day."))
        elif field.data > local_today():
            raise ValidationError(_("This day is in the future."))

    @property
    def new_id(self) -> str:
        """The id for a new service: the one the form was opened with, if it is one."""
        given = self.key.data
        return given if is_public_id(given) else new_public_id()

    def details(self) -> ServiceDetails:
        """Details as they were entered."""
        return self.command(ServiceDetails, hours=self.hours())

    def beside(self, entry: ServiceEntry) -> None:
        """Note what somebody else saved meanwhile. An address that is confidential by now is not
        published by saving once more: the tick for it has to be taken away."""
        saved = {name: getattr(entry, name) for name in _KEPT}
        saved |= {name: list(saved[name]) for name in ("languages", "serves")}
        if sorted(self.hours()) != sorted(entry.stretches):
            week = enumerate(self.days)
            saved |= {day.name: written_day(entry.stretches, at) for at, day in week}
        self.compare(saved | {"row_version": entry.row_version})
        if entry.address_confidential:
            self.address_confidential.data = True

    def fill(self, entry: ServiceEntry) -> None:
        """Show what is kept, but for a sealed address."""
        for name in _KEPT:
            getattr(self, name).data = getattr(entry, name)
        self.fill_week(entry.stretches)
        self.show_row_version(entry.row_version)


_KEPT = (
    "name",
    "kind",
    "area",
    "phone",
    "other_phone",
    "address",
    "address_confidential",
    "languages",
    "serves",
    "cost",
    "cost_note",
    "recommended_by",
    "card_name",
    "notes",
    "checked_on",
    "active",
)


class ServiceSearchForm(KashForm):
    """Search in the directory."""

    search = text_field(_l("Search"), most=200, required=False)


class CardForm(KashForm):
    """Cards: the services on them, the language, and how many sheets."""

    services = SeveralField(_l("Services"), coerce=str)
    language = radio_field(_l("Language of the cards"), list(LANGUAGES.items()))
    qr = BooleanField(_l("With a square code that dials the number"))
    sheets = whole_number_field(_l("Sheets of paper"), least=1, most=MOST_SHEETS)

    def offer(self, entries: list[ServiceEntry]) -> None:
        """Set what can be chosen."""
        self.services.choices = [(entry.public_id, entry.name) for entry in entries]

    def validate_services(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError(_("Choose at least one service."))

    def validate_sheets(self, field: Any) -> None:
        """Room for all that was chosen."""
        chosen = len(self.services.data)
        if field.data and chosen > field.data * CARDS_ON_A_SHEET:
            raise ValidationError(
                _(
                    "Cards that fit on these sheets: %(count)s. Choose fewer services or more "
                    "sheets.",
                    count=field.data * CARDS_ON_A_SHEET,
                )
            )
