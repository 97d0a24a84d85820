"""The rows of the full form: persons, parties, acts, sources and terms, each with what it lacks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import names
from kash.incidents.rules.acts import acts_meant
from kash.incidents.rules.ages import may_be_minor
from kash.incidents.rules.record import Act, Information, Party, Person, RecordPart, Term
from kash.incidents.rules.writing import LETTERS, ROWS
from kash.platform.web.fields import MoneyField
from kash.platform.web.forms import (
    DayField,
    HiddenField,
    KashForm,
    MomentField,
    SeveralField,
    choice_field,
    long_text_field,
    text_field,
)

_ID_LETTERS = "23456789bcdfghjkmnpqrstvwxz"


def offered(words: Mapping[str, Any], first: Any = None) -> list[tuple[str, Any]]:
    head = [("", first)] if first is not None else []
    return head + [(code, word) for code, word in words.items() if code]


def fresh_key(group: str) -> str:
    """An id for a new row, so that rows that two members add are never the same."""
    return LETTERS[group] + "".join(secrets.choice(_ID_LETTERS) for _n in range(5))


class Row(KashForm):
    """Row with what all rows share: its own id."""

    class Meta(KashForm.Meta):
        """Part of a form that has its token."""

        csrf = False

    key = HiddenField()

    def is_empty(self) -> bool:
        """True if nothing was entered."""
        raise NotImplementedError

    def missing(self) -> list[tuple[str, str]]:
        """(field, sentence) of whatever else a row needs that says something."""
        return []


class PersonRow(Row):
    """Somebody to whom it was done, under a code."""

    code = text_field(_l("Code"), most=20, required=False)
    age_band = choice_field(_l("Age"), offered(names.AGE_BAND_NAMES), required=False)
    among_adults = choice_field(
        _l("Held among adults?"), list(names.AMONG_ADULTS_NAMES.items()), required=False
    )
    note = text_field(_l("Note"), most=300, required=False)
    arrested_at = MomentField(_l("Arrested at"), description=_l("Starts the clock of the court."))
    released_at = MomentField(_l("Let go at"), description=_l("Ends it."))
    exposed_at = MomentField(
        _l("Assaulted at"), description=_l("Starts the clocks of the first medicines.")
    )

    def is_empty(self) -> bool:
        """A person is there as soon as she has a code."""
        said = (self.code, self.note, *self.moments())
        return not any(each.data for each in said) and self.age_band.data in ("unknown", "")

    @property
    def may_be_minor(self) -> bool:
        """True if she is or may be under 18, so that more is asked."""
        return may_be_minor(self.age_band.data) or bool(self.among_adults.data)

    def moments(self) -> list[Any]:
        """The fields of her moments."""
        return [self.arrested_at, self.released_at, self.exposed_at]

    def missing(self) -> list[tuple[str, str]]:
        """A code, and an end that comes after its beginning."""
        found = [] if self.code.data else [("code", _("Give a code, such as A. No names."))]
        arrested, released = self.arrested_at.data, self.released_at.data
        if arrested and released and released < arrested:
            found.append(("released_at", _("She was let go before she was arrested.")))
        return found


class PartyRow(Row):
    """Somebody who took part on the other side."""

    kind = choice_field(_l("Who"), offered(names.PARTY_KIND_NAMES, _l("Choose")), required=False)
    involvement = choice_field(_l("Part in it"), offered(names.INVOLVEMENT_NAMES), required=False)
    station = choice_field(_l("Station"), required=False)
    station_name = text_field(_l("Station that is not on the list"), most=120, required=False)
    unit = text_field(_l("Unit"), most=120, required=False)
    rank_band = choice_field(_l("Rank"), offered(names.RANK_BAND_NAMES), required=False)
    service_number = text_field(_l("Service number"), most=40, required=False)
    description = text_field(_l("Description"), most=300, required=False)
    account = choice_field(_l("One of us"), required=False)

    def is_empty(self) -> bool:
        """Nothing was said of anybody."""
        said = (self.kind, self.station, self.station_name, self.unit, self.service_number)
        return not any(each.data for each in (*said, self.description, self.account))

    def missing(self) -> list[tuple[str, str]]:
        """Fields without which nobody knows who it is at all."""
        return [] if self.kind.data else [("kind", _("Choose who it was."))]


class ActRow(Row):
    """One thing that was done."""

    code = text_field(_l("Act"), most=120, required=False)
    persons = SeveralField(_l("To whom"))
    parties = SeveralField(_l("By whom"))
    circumstances = long_text_field(_l("How it was done"), most=3000, rows=2)
    amount = MoneyField(_l("Amount in KES"))
    meant: str = ""

    def is_empty(self) -> bool:
        """No act and no words."""
        return not (self.code.data or self.circumstances.data or self.amount.data is not None)

    def missing(self) -> list[tuple[str, str]]:
        """One act that is clear."""
        typed = self.code.data
        found = acts_meant(typed, {code: str(name) for code, name in names.ACT_NAMES.items()})
        if len(found) == 1:
            self.meant = found[0]
            return []
        if not typed:
            return [("code", _("Choose an act from the list."))]
        if not found:
            return [("code", _("No act is called this. Type its code, such as L1, or its words."))]
        offered = ", ".join(f"{code} {names.ACT_NAMES[code]}" for code in found[:6])
        return [("code", _("Several acts are called this: %(acts)s", acts=offered))]


class InformationRow(Row):
    """A source: somebody who told of it."""

    source = choice_field(
        _l("From whom"), offered(names.SOURCE_NAMES, _l("Choose")), required=False
    )
    connection = text_field(_l("How they know"), most=300, required=False)
    reliability = choice_field(
        _l("How sure it is"), offered(names.RELIABILITY_NAMES), required=False
    )
    note = text_field(_l("Note"), most=300, required=False)
    account = choice_field(_l("One of us"), required=False)

    def is_empty(self) -> bool:
        """No source was said."""
        said = (self.source, self.connection, self.note, self.account)
        return not any(each.data for each in said)

    def missing(self) -> list[tuple[str, str]]:
        """The source, and no doubt of her own account."""
        found = [] if self.source.data else [("source", _("Choose from whom it is known."))]
        if (self.source.data, self.reliability.data) == ("herself", "doubtful"):
            found.append(("reliability", _("Her own account is never called doubtful.")))
        return found


class TermRow(Row):
    """Row of a term."""

    kind = choice_field(_l("What"), offered(names.TERM_NAMES, _l("Choose")), required=False)
    owed_by = choice_field(_l("Owed by"), required=False)
    owed_to = choice_field(_l("Owed to"), required=False)
    what = text_field(_l("In words"), most=300, required=False)
    amount = MoneyField(_l("Amount in KES"))
    due_on = DayField(_l("By when"))
    fulfilled_on = DayField(_l("Done on"))

    def is_empty(self) -> bool:
        """Nothing was agreed."""
        said = (self.kind, self.owed_by, self.owed_to, self.what, self.due_on, self.fulfilled_on)
        return not any(each.data for each in said) and self.amount.data is None

    def missing(self) -> list[tuple[str, str]]:
        """Fields that are missing of what is owed, and not by somebody to herself."""
        found = [] if self.kind.data else [("kind", _("Choose what was agreed."))]
        if self.owed_by.data and self.owed_by.data == self.owed_to.data:
            found.append(
                ("owed_to", _("Nobody owes something to themselves. Choose the other side."))
            )
        return found


def person_of(row: PersonRow) -> Person:
    """Person of a row of the form, as the record keeps one."""
    return Person(
        id=row.key.data,
        code=row.code.data,
        age_band=row.age_band.data or "unknown",
        among_adults=row.among_adults.data,
        note=row.note.data,
        arrested_at=row.arrested_at.data,
        exposed_at=row.exposed_at.data,
        released_at=row.released_at.data,
    )


def party_of(row: PartyRow, station_names: Mapping[str, str]) -> Party:
    """Party of a row of the form, as the record keeps one."""
    station = row.station.data
    return Party(
        id=row.key.data,
        kind=row.kind.data or "other",
        involvement=row.involvement.data or "did",
        station=station,
        station_name=station_names.get(station, row.station_name.data),
        unit=row.unit.data,
        rank_band=row.rank_band.data or "unknown",
        service_number=row.service_number.data,
        description=row.description.data,
        account=row.account.data,
    )


def act_of(row: ActRow) -> Act:
    """Act of a row of the form, as the record keeps one."""
    return Act(
        id=row.key.data,
        code=row.meant,
        persons=list(row.persons.data),
        parties=list(row.parties.data),
        circumstances=row.circumstances.data,
        amount=row.amount.data,
    )


def information_of(row: InformationRow) -> Information:
    """Information of a row of the form, as the record keeps it."""
    return Information(
        id=row.key.data,
        source=row.source.data or "other",
        connection=row.connection.data,
        reliability=row.reliability.data or "likely",
        note=row.note.data,
        account=row.account.data,
    )


def term_of(row: TermRow) -> Term:
    """Term of a row of the form, as the record keeps one."""
    return Term(
        id=row.key.data,
        kind=row.kind.data,
        owed_by=row.owed_by.data,
        owed_to=row.owed_to.data,
        what=row.what.data,
        amount=row.amount.data,
        due_on=row.due_on.data,
        fulfilled_on=row.fulfilled_on.data,
    )


def person_label(row: Any) -> str:
    """How acts and terms call a person of this form."""
    return str(row.code.data or _("Person without a code"))


def party_label(row: Any, number: int) -> str:
    """How acts and terms call a party of this form: a number, as several may be alike."""
    kind = names.PARTY_KIND_NAMES.get(row.kind.data)
    return f"{number} {kind}" if kind else str(number)


def act_typed(code: str) -> str:
    """An act as the form shows it."""
    return f"{code} {names.ACT_NAMES[code]}" if code in names.ACT_NAMES else code


def row_values(group: str, row: RecordPart) -> dict[str, Any]:
    """A row of a record as the values of the form."""
    values = {name: getattr(row, name) for name in ROWS[group]}
    values["key"] = row.id  # type: ignore[attr-defined]
    if group == "acts":
        values["code"] = act_typed(values["code"])
    return values
