"""The page on which it is typed in what changed in somebody's practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from kash.assessments.rules.practice import LONGEST_TOLD, Often, Teller
from kash.assessments.services.errors import ToldFromAbove
from kash.assessments.services.practice import Telling
from kash.assessments.words import OFTEN, TELLER
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
)

# Offered so that whoever types it in says so, and is told why not.
ABOVE = "above"


class PracticeForm(KashForm):
    """Form of who told it, and words. `practice_form` adds a field for each objective."""

    told_by = radio_field(
        _l("Who told it"),
        choices=[
            *((str(one), TELLER[one]) for one in Teller),
            (ABOVE, _l("Somebody above them at work or in rank")),
        ],
    )
    teller = choice_field(_l("If it was a peer of this workshop: who"), required=False)
    text = long_text_field(
        _l("What they do in another way since, in words"),
        most=LONGEST_TOLD,
        rows=3,
        required=False,
        description=_l(
            "Name nobody, least of all somebody of the community to the police: no name, no"
            " nickname, no number. No police account can read this."
        ),
    )
    names_nobody = BooleanField(_l("Nobody is named in it"))

    objectives: Mapping[str, str] = {}

    def validate_told_by(self, field: Any) -> None:
        """Refuse whoever says that she is above the person."""
        if field.data == ABOVE:
            raise ValidationError(str(ToldFromAbove.sentence))

    def telling(self) -> Telling:
        """The telling as it was typed."""
        teller = Teller(self.told_by.data)
        return Telling(
            teller,
            {one: Often(said) for one in self.objectives if (said := self[f"often_{one}"].data)},
            self.text.data or "",
            (self.teller.data or "") if teller is Teller.PEER else "",
        )

    @property
    def often(self) -> list[Any]:
        """The fields of the objectives."""
        return [self[f"often_{one}"] for one in self.objectives]


def practice_form(
    objectives: Mapping[str, str], peers: Sequence[tuple[str, str]], values: Mapping[str, str]
) -> PracticeForm:
    """A form about somebody's practice of these objectives (texts by lineage); `values` are what
    is there already, by the names of fields."""
    fields: dict[str, Any] = {"objectives": objectives} | {
        f"often_{one}": radio_field(
            text, choices=[(str(often), OFTEN[often]) for often in Often], required=False
        )
        for one, text in objectives.items()
    }
    made: type[PracticeForm] = type("PracticeForm", (PracticeForm,), fields)
    form = made(data=dict(values))
    form.teller.choices = [("", _l("Somebody else, not above them")), *peers]
    return form
