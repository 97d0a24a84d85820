"""Forms of a person, and of looking for one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from kash.people import words
from kash.people.facts import FACT, FACTS, PLAIN, Fact, FormPart
from kash.people.forms.capitals import NamedForm
from kash.people.models import Group, Organisation, Person
from kash.people.rules.persons import MOST_NAME, ages_disagree, birth_years, is_a_name
from kash.people.services.persons import AlreadyHere
from kash.platform.web import KashForm
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    BooleanField,
    DayField,
    NewIdField,
    PhoneField,
    choice_field,
    email_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm


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
    phone = PhoneField(_l("Phone"))
    shared_phone = BooleanField(_l("This is another person who uses the same phone"))
    email = email_field(_l("E-mail"), required=False)
    remove_phone = BooleanField(_l("Remove the phone that is kept"))
    remove_email = BooleanField(_l("Remove the e-mail that is kept"))

    def close(self, closed: Collection[str]) -> None:
        """Leave out the fields of contacts that are closed to whoever changes a person."""
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
            raise ValidationError(_("Age and birth year do not fit together. Give one of them."))

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
        kept = {each.name: getattr(person, each.name) for each in self if each.name in plain}
        return kept | {"group": person.group.public_id, "row_version": person.row_version}

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
