"""Forms of people, consents, groups and duplicates, and of the directory of services."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from kash.people import words
from kash.people import words as directory_words
from kash.people.facts import FACT, FACTS, PLAIN, Fact, FormPart, Kind
from kash.people.models import Group, Organisation, Person, ServiceEntry
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
from kash.people.rules.names import as_name
from kash.people.rules.persons import MOST_NAME, ages_disagree, birth_years, is_a_name
from kash.people.services.contacts import OrganisationDetails
from kash.people.services.directory import ServiceDetails
from kash.people.services.persons import AlreadyHere
from kash.people.words import GROUNDS
from kash.platform.database import is_public_id, new_public_id
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, HiddenField, NewIdField, PhoneField, SeveralField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    email_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm


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
        stretches: list[Stretch] = []
        for weekday, field in enumerate(self.days if not self.always.data else ()):
            if field.errors:
                continue
            try:
                day = read_day(weekday, field.data)
                if overlap([*stretches, *day]):
                    raise NotHours
            except NotHours:
                self.mark_wrong(field, _("Write hours like 08:00–13:00, 14:00–17:00."))
            else:
                stretches += day

    def hours(self) -> tuple[Stretch, ...]:
        """Hours as they were entered, once found valid."""
        if self.always.data:
            return tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7))
        return tuple(
            stretch
            for weekday, field in enumerate(self.days)
            for stretch in read_day(weekday, field.data or "")
        )

    def fill_week(self, stretches: Sequence[Stretch]) -> None:
        """Show what is kept."""
        self.always.data = always_open(stretches)
        if not self.always.data:
            for weekday, field in enumerate(self.days):
                field.data = written_day(stretches, weekday)


_SHORT = re.compile(r"[0-9]{3,5}")
_SERVED = list(directory_words.SERVED.items())
_SPOKEN = [(code, spoken) for code, spoken in words.LANGUAGE.items() if code]


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
    serves = SeveralField(_l("Who is served"), choices=_SERVED, coerce=str)
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
                    "Room for cards on these sheets: %(count)s. Choose fewer services or more "
                    "sheets.",
                    count=field.data * CARDS_ON_A_SHEET,
                )
            )


_NAMES = ("chosen_name", "printed_name")


class NamedForm(KashForm):
    """A form with a person's names. With the tick they are taken as `as_name` writes them, as lists
    do."""

    as_names = BooleanField(
        _l("Write it as a name"),
        description=_l("WEKESA, Otieno and otieno wekesa become Otieno Wekesa."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also: what is kept is the name as it was wished for."""
        fine = super().validate(extra_validators)
        if self.as_names.data:
            for name in _NAMES:
                if name in self:
                    self[name].data = as_name(self[name].data or "")
        return fine


def _looks(name: str) -> dict[str, str]:
    fact = FACT[name]
    return {"class": fact.width} | ({"list": "areas"} if fact.areas else {})


def fact_field(name: str) -> Any:
    """The field of a fact that is chosen, or typed as text, and may be left empty."""
    fact = FACT[name]
    more: dict[str, Any] = {
        "description": _l(fact.help) if fact.help else "",
        "render_kw": _looks(name),
    }
    if fact.choices:
        return choice_field(_l(fact.label), list(words.SAID[name].items()), required=False, **more)
    return text_field(_l(fact.label), most=fact.most, required=False, **more)


class PersonForm(NamedForm, RowVersionForm):
    """A person. `key` is the id that a new person gets, so that sending twice adds one."""

    key = NewIdField()
    chosen_name = text_field(_l("Chosen name"), most=MOST_NAME)
    printed_name = fact_field("printed_name")
    group = radio_field(_l("Group"))
    sex = fact_field("sex")
    age_band = fact_field("age_band")
    birth_year = whole_number_field(
        _l("or birth year"), least=1900, most=2199, required=False, render_kw=_looks("birth_year")
    )
    organisation = choice_field(_l("Station or collective"), required=False)
    since = DayField(_l("There since"))
    cadre = fact_field("cadre")
    ward = fact_field("ward")
    language = fact_field("language")
    reference = fact_field("reference")
    earlier = fact_field("earlier")
    phone = PhoneField(_l("Phone"))
    shared_phone = BooleanField(_l("This is another person who uses the same phone"))
    email = email_field(_l("E-mail"), required=False)
    remove_phone = BooleanField(_l("Remove the phone that is kept"))
    remove_email = BooleanField(_l("Remove the e-mail that is kept"))

    def close(self, closed: Collection[str]) -> None:
        """Leave out the fields of contacts that are closed to the person who changes a person."""
        for which in closed:
            for name in (which, f"remove_{which}"):
                del self[name]
        if "phone" in closed:
            del self.shared_phone

    @property
    def facts(self) -> list[Fact]:
        """Facts below where she is posted, those of her work first."""
        return [
            fact for part in (FormPart.WORK, FormPart.SELF) for fact in FACTS if fact.part is part
        ]

    def offer(self, groups: Sequence[Group], organisations: Sequence[Organisation]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(group.public_id, group.name) for group in groups]
        self.organisation.choices = [
            ("", _("None")),
            *((place.public_id, place.name) for place in organisations),
        ]

    def validate_chosen_name(self, field: Any) -> None:
        """Something to read."""
        if field.data and not is_a_name(field.data):
            raise ValidationError(_("A name needs at least one letter."))

    def validate_printed_name(self, field: Any) -> None:
        """Something to read, or nothing."""
        if field.data and not is_a_name(field.data):
            raise ValidationError(_("A name needs at least one letter."))

    def validate_birth_year(self, field: Any) -> None:
        """A year in which someone alive was born, and that fits the age."""
        year = local_today().year
        earliest, latest = birth_years(year)
        if field.data is None:
            return
        if not earliest <= field.data <= latest:
            raise ValidationError(_("Enter a birth year, for example 1994."))
        if self.age_band.data in words.AGE_BAND and ages_disagree(
            self.age_band.data, field.data, year
        ):
            raise ValidationError(_("Age and birth year differ. Give one of them."))

    def validate_since(self, field: Any) -> None:
        """Not in the future."""
        if field.data is not None and field.data > local_today():
            raise ValidationError(_("This day is in the future."))

    @property
    def asks_if_shared(self) -> bool:
        """True if it is to be asked whether somebody else uses the same phone."""
        taken = isinstance(self.problem, AlreadyHere) and self.problem.field == "phone"
        return "shared_phone" in self and (taken or self.shared_phone.data)

    def kept(self, person: Person) -> dict[str, Any]:
        """Facts kept of a person by the names of fields, but for what is sealed."""
        plain = {fact.name for fact in PLAIN}
        values = {field.name: getattr(person, field.name) for field in self if field.name in plain}
        return values | {"group": person.group.public_id, "row_version": person.row_version}

    def fill(self, person: Person) -> None:
        """Show what is kept."""
        for name, value in self.kept(person).items():
            self[name].data = value


class SearchForm(KashForm):
    """A name, a number or a phone."""

    search = text_field(_l("Search"), most=200, required=False)
    group = choice_field(_l("Group"), required=False, validate_choice=False)
    organisation = choice_field(_l("Station"), required=False, validate_choice=False)
    unasked = choice_field(_l("Consent"), required=False, validate_choice=False)

    @property
    def phone(self) -> str | None:
        """The text that was typed, as a phone number if it is one."""
        text = self.search.data
        if len(re.sub(r"\D", "", text)) < 7:
            return None
        typed = _PhoneForm(MultiDict({"phone": text}), meta={"csrf": False})
        return typed.phone.data or None


class _PhoneForm(KashForm):
    phone = PhoneField()


class ConsentForm(KashForm):
    """An answer."""

    answer = radio_field(_l("Answer"))

    def offer(self, answers: Sequence[str]) -> None:
        """Set what can be chosen."""
        self.answer.choices = [(answer, words.ANSWER[answer]) for answer in answers]


class SignedFormsForm(KashForm):
    """A heap of signed forms: what was signed, how many there are, and where they lie."""

    purposes = SeveralField(
        _l("What was signed"),
        coerce=str,
        choices=[],
        description=_l("Only what every one of these forms says."),
    )
    forms = whole_number_field(_l("Forms counted"), least=1, most=500)
    kept_at = text_field(
        _l("Where they are kept"),
        most=120,
        description=_l("For example: office, cupboard 2, folder June."),
    )

    def offer(self, purposes: Sequence[str]) -> None:
        """Set what can be chosen."""
        self.purposes.choices = [(purpose, words.PURPOSE[purpose]) for purpose in purposes]


class AskContactForm(KashForm):
    """Why one needs to reach somebody."""

    reason = long_text_field(
        _l("What do you need it for?"),
        most=500,
        required=True,
        rows=3,
        description=_l("Kept sealed. The person who decides reads it."),
    )


class MoreLooksForm(KashForm):
    """Why one needs more looks than are usual in a day."""

    reason = long_text_field(
        _l("Why do you need more today?"),
        most=500,
        required=True,
        rows=3,
        description=_l("Kept sealed. The director reads it on Today."),
    )


class AskErasureForm(KashForm):
    """On what grounds somebody is to be erased, and on which day it was asked for."""

    grounds = choice_field(_l("Why"), list(GROUNDS.items()))
    asked_on = DayField(_l("Asked on"))

    def validate_asked_on(self, field: Any) -> None:
        """A day is needed."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter the day."))


class RefuseErasureForm(KashForm):
    """Why a wish to be erased is refused."""

    reason = long_text_field(
        _l("Why it is refused"),
        most=1000,
        required=True,
        description=_l("The person who asked reads it, and tells the person."),
    )


_LETTER = re.compile(r"[A-Za-z]")


class GroupForm(KashForm):
    """A group."""

    name = text_field(_l("Name"), most=80)
    letter = text_field(_l("Letter on paper"), most=1)
    is_police = BooleanField(_l("This group is the police"))

    def validate_letter(self, field: Any) -> None:
        """One letter from A to Z."""
        if not _LETTER.fullmatch(field.data or ""):
            raise ValidationError(_("Enter one letter, A to Z."))


@dataclass(frozen=True)
class MergedField:
    """A fact of both, as it is shown. `same` needs no choice; `chosen` is "kept" or "gone"."""

    name: str
    label: Any
    kept: str
    gone: str
    same: bool
    chosen: str

    @property
    def result(self) -> str:
        """Value that will stand."""
        return self.gone if self.chosen == "gone" else self.kept


class MergeForm(KashForm):
    """The choices, each posted under the fact's name, and the row versions that were read."""

    row_versions = HiddenField()
    step = HiddenField()

    @property
    def row_versions_read(self) -> tuple[int, int]:
        """The row versions of the two; 0, which nobody has, if unreadable."""
        match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", self.row_versions.data)
        return (int(match[1]), int(match[2])) if match else (0, 0)


def merged_fields(
    person: Person, gone: Person, chosen: Mapping[str, str] | None = None
) -> Sequence[MergedField]:
    """All facts of the two. Until somebody chose, what one alone has is kept."""
    fields = []
    for fact in FACTS:
        value, other = _value(person, fact), _value(gone, fact)
        if chosen is None:
            choice = "gone" if other and not value else "kept"
        else:
            choice = "gone" if chosen.get(fact.name) == "gone" else "kept"
        fields.append(
            MergedField(
                fact.name,
                words.LABEL[fact.name],
                _said(fact, value),
                _said(fact, other),
                value == other,
                choice,
            )
        )
    return fields


def _value(person: Person, fact: Fact) -> Any:
    if fact.kind is Kind.GROUP:
        return person.group.name
    if fact.kind is Kind.SEALED:
        return getattr(person, f"{fact.name}_lookup") or ""
    return getattr(person, fact.name) or ""


def _said(fact: Fact, value: Any) -> str:
    if not value:
        return _("None")
    if fact.kind is Kind.SEALED:
        # Which of the two is kept can be chosen without showing either.
        return _("Kept sealed")
    return words.said(fact.name, value)


class OrganisationForm(KashForm):
    """An organisation."""

    name = text_field(_l("Name"), most=120)
    kind = radio_field(_l("Kind"), list(words.KIND.items()))
    place = text_field(_l("Place"), most=120, required=False)
    group = choice_field(_l("Group"), required=False)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [("", _("None")), *((group.public_id, group.name) for group in groups)]

    def details(self) -> OrganisationDetails:
        """Details as they were entered."""
        return self.command(OrganisationDetails)


class TransferForm(KashForm):
    """Where someone goes, and from which day."""

    organisation = choice_field(_l("New station or collective"))
    since = DayField(_l("From"))

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Set what can be chosen."""
        self.organisation.choices = [
            ("", _("Choose")),
            *((place.public_id, place.name) for place in organisations),
        ]

    def validate_since(self, field: Any) -> None:
        """A day is needed."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Enter the day."))
