"""The six screens of filing on a phone, the receipt, and what help is looked for. The second word
of a receipt, both parts typed later, and what is taken back by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from kash.incidents import filing_words as words
from kash.incidents.consent_texts import DIGESTS, VERSION
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.rules.consents import PROGRAMME
from kash.incidents.rules.filing import (
    LONGEST_WORD,
    MOST_PERSONS,
    URGENT,
    Screen,
    code_as_read,
    place_typed,
    problem_with,
    station_in,
    word_as_read,
)
from kash.incidents.wording import TAKING_BACK, WORD_PROBLEMS
from kash.people.models import Organisation
from kash.platform.web import KashForm
from kash.platform.web.fields import (
    DayField,
    HiddenField,
    SeveralField,
    TimeOfDayField,
    number_as_read,
)
from kash.platform.web.formats import local_today
from kash.platform.web.forms import (
    choice_field,
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)

_POLICE_AT, _READER = "police:", f"{PROGRAMME}:"
_LONGEST_AGO = timedelta(days=366 * 20)


class ScreenForm(KashForm):
    """One screen. Nothing on it must be answered."""

    def answers(self) -> Screen:
        """Answers that were given."""
        raise NotImplementedError

    def leave_out_what_is_wrong(self) -> None:
        """Empty the fields that are not as they should be: what is sent now is sent without."""
        if self.validate():
            return
        for name in self.errors:
            if name in self:
                self[name].process(None)

    def answered(self) -> bool:
        """True if anything was answered."""
        return bool(self.answers().model_dump(exclude_defaults=True))


class NowForm(ScreenForm):
    """Screen on where somebody is who is held or in danger, and how to reach somebody."""

    station = choice_field(_l("At which station"), required=False, default="")
    place = text_field(
        _l("Or where"), most=200, required=False, description=_l("A ward, or a place people know.")
    )
    number = text_field(
        _l("Number to call"), most=60, required=False, render_kw={"type": "tel", "inputmode": "tel"}
    )
    whose = radio_field(_l("Whose number"), list(words.WHOSE.items()), required=False)
    hours = text_field(
        _l("When is it safe to call?"),
        most=80,
        required=False,
        description=_l("For example: any time, or after 18:00."),
    )
    stations: dict[str, str]
    wards: Sequence[str] = ()

    def offer(self, stations: Sequence[Organisation]) -> None:
        """Set what can be chosen."""
        self.stations = {station.public_id: station.name for station in stations}
        self.station.choices = [("", _("Somewhere else, or not known")), *self.stations.items()]

    def answers(self) -> Screen:
        """Where and how; a number that is none is kept as it was typed."""
        place, ward = place_typed(self.place.data, self.wards)
        station = self.station.data or station_in(self.place.data, self.stations)
        return Screen(
            at_place=place,
            at_ward=ward,
            at_station=station,
            at_station_name=self.stations.get(station, ""),
            number=number_as_read(self.number.data) or self.number.data,
            whose=self.whose.data or "",
            hours=self.hours.data,
        )


class WhatForm(ScreenForm):
    """Screen on what happened."""

    acts = SeveralField(
        _l("What happened"),
        choices=[pair for _title, _icon, group in words.ACT_GROUPS for pair in group],
    )

    def answers(self) -> Screen:
        """Acts that were done."""
        return Screen(acts=self.acts.data)


class WhenForm(ScreenForm):
    """When and where."""

    day = DayField(_l("Day"), validators=[Optional()])
    clock = TimeOfDayField(
        _l("About what time"),
        validators=[Optional()],
        description=_l("If somebody was arrested: the time of the arrest."),
    )
    place = text_field(
        _l("Place"), most=200, required=False, description=_l("A ward, or a place people know.")
    )
    wards: Sequence[str] = ()
    stations: Mapping[str, str] = {}

    def validate_day(self, field: Any) -> None:
        """It has happened, and not in another life."""
        if field.data and not self._earliest() <= field.data <= local_today():
            raise ValidationError(_("This day is not over yet, or too long ago."))

    @staticmethod
    def _earliest() -> date:
        return local_today() - _LONGEST_AGO

    def answers(self) -> Screen:
        """When and where, with the ward and the station that the place names."""
        place, ward = place_typed(self.place.data, self.wards)
        station = station_in(self.place.data, self.stations)
        return Screen(
            day=self.day.data,
            clock=self.clock.data,
            place=place,
            ward=ward,
            at_station=station,
            at_station_name=self.stations.get(station, ""),
        )


class WhomForm(ScreenForm):
    """Persons it was done to."""

    count = whole_number_field(_l("How many people"), least=1, most=MOST_PERSONS, required=False)
    ages = SeveralField(_l("How old, about"), choices=list(words.AGES.items()))

    def answers(self) -> Screen:
        """How many, and of what age."""
        return Screen(count=self.count.data, ages=self.ages.data)


class WhoForm(ScreenForm):
    """Screen on who did it."""

    who = choice_field(_l("Who did it"), required=False, default="")
    description = text_field(
        _l("Service number, or what they looked like"), most=300, required=False
    )
    stations: dict[str, str]

    def offer(
        self, stations: Sequence[Organisation], readers: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Set what can be chosen. `readers` are those who read it if somebody of the programme did
        it (accounts and names): one of them who did it must be kept away."""
        self.stations = {station.public_id: station.name for station in stations}
        police = [(f"{_POLICE_AT}{key}", name) for key, name in self.stations.items()]
        self.who.choices = [
            ("", _("I would rather not say")),
            ("police", _("Police, I do not know from where")),
            *((value, _("Police: %(station)s", station=name)) for value, name in police),
            *(pair for pair in words.PARTIES.items() if pair[0] != "other"),
            *(
                (f"{_READER}{key}", _("Somebody of this programme: %(name)s", name=name))
                for key, name in readers
            ),
            ("other", words.PARTIES["other"]),
        ]

    def answers(self) -> Screen:
        """Parties: who, from which station, and what is known of them."""
        who = self.who.data
        station = who.removeprefix(_POLICE_AT) if who.startswith(_POLICE_AT) else ""
        reader = who.removeprefix(_READER) if who.startswith(_READER) else ""
        return Screen(
            party="police" if station else PROGRAMME if reader else who,
            account=reader,
            station=station,
            station_name=self.stations.get(station, ""),
            description=self.description.data,
        )


class NextForm(ScreenForm):
    """Screen on what would help, and what the programme may do. Nothing is ticked at first."""

    wanted = SeveralField(_l("What would help"), choices=list(words.WANTED.items()))
    consents = SeveralField(
        _l("May we?"), choices=[(key, label) for key, (label, _note) in words.ALLOWED.items()]
    )
    origin = radio_field(
        _l("How do you know that she agrees?"),
        [(key, label) for key, (label, _note) in words.ORIGINS.items()],
        required=False,
    )
    # The version of the words that were on the page.
    wording = HiddenField(default=VERSION)

    def answers(self) -> Screen:
        """Answers on what is asked for, what is allowed, and how that is known. A person who ticked
        something, or said how it is known, has left the rest unticked; else nothing was asked."""
        ticked, origin = self.consents.data, self.origin.data or ""
        anything_marked = bool(ticked or origin)
        shown = self.wording.data if self.wording.data in DIGESTS else ""
        return Screen(
            wanted=self.wanted.data,
            consents=ticked,
            unticked=[purpose for purpose in words.ALLOWED if purpose not in ticked]
            if anything_marked
            else [],
            wording=shown if anything_marked else "",
            origin=origin,
        )


class WordsForm(ScreenForm):
    """In one's own words."""

    narrative = long_text_field(_l("What happened"), most=10_000, rows=7)
    teller = radio_field(_l("Who tells this"), list(words.TELLERS.items()), required=False)

    def answers(self) -> Screen:
        """The narrative and whose it is."""
        return Screen(narrative=self.narrative.data or "", teller=self.teller.data or "")


SCREEN_FORMS: dict[str, type[ScreenForm]] = {
    URGENT: NowForm,
    "what": WhatForm,
    "when": WhenForm,
    "whom": WhomForm,
    "who": WhoForm,
    "next": NextForm,
    "words": WordsForm,
}


class ReceiptCodeForm(KashForm):
    """A code as it was written down."""

    code = text_field(_l("Code"), most=40)

    def validate_code(self, field: Any) -> None:
        """Twelve letters and digits, however they are grouped."""
        if not code_as_read(field.data or ""):
            raise ValidationError(_("A code has 12 letters and digits. Compare it once more."))


class HelpForm(KashForm):
    """Where help is looked for."""

    area = choice_field(_l("Near"), required=False, default="")
    kind = choice_field(_l("What kind"), required=False, default="")


# With spaces and signs, which do not count.
_MOST_TYPED = 2 * LONGEST_WORD


class OwnWordForm(KashForm):
    """A second word of one's own."""

    word = text_field(
        _l("A word of my own"),
        most=_MOST_TYPED,
        description=_l("Four letters or more. Capitals, spaces and accents make no difference."),
    )
    # Her codes, and what she is called here, which is no secret.
    codes: Sequence[str] = ()
    names: Sequence[str] = ()

    def validate_word(self, field: Any) -> None:
        """One that nobody guesses who finds the code."""
        problem = problem_with(field.data, codes=self.codes, names=self.names)
        if problem is not None:
            raise ValidationError(str(WORD_PROBLEMS[problem]))


class ReceiptForm(ReceiptCodeForm):
    """A code and the word that belongs to it."""

    word = text_field(_l("Your word"), most=_MOST_TYPED)

    def validate_word(self, field: Any) -> None:
        """There is something in it."""
        if not word_as_read(field.data):
            raise ValidationError(_("Type your word too. The code alone opens nothing."))


LONGEST_TEXT = 1000


class ReceiptTextForm(KashForm):
    """A text of the person who holds a receipt, or a question to her."""

    # On the page of a case stands a comment's field with the same name.
    text = long_text_field(
        _l("Your text"), most=LONGEST_TEXT, required=True, rows=4, id="text-under-receipt"
    )


class TakingBackForm(KashForm):
    """Consents that are taken back. Nothing is ticked at first."""

    purposes = SeveralField(
        _l("Take back"), choices=[(key, PURPOSE_NAMES[key]) for key in TAKING_BACK]
    )

    def validate_purposes(self, field: Any) -> None:
        """One at least."""
        if not field.data:
            raise ValidationError(_("Tick what you take back."))
