"""Words of DHIS2: figures, and what became of values. The forms of DHIS2."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from kash.exchange.dhis2.queries import CELLS
from kash.exchange.dhis2.rules import FigureSource, SourceCell
from kash.figures.indicators.queries.definitions import TITLES
from kash.figures.statements.services import value_word
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, text_field

_WHO: dict[str, Any] = {
    FigureSource.OFFICERS: _l("Officers"),
    FigureSource.COMMUNITY: _l("Community members"),
    FigureSource.WORKSHOPS: _l("Workshops"),
}
KIND_WORDS: dict[str, Any] = {"quarter": _l("Quarters"), "year": _l("Years")}
OUTCOME_WORDS: dict[str, Any] = {
    "waiting": _l("waiting"),
    "stored": _l("taken"),
    "refused": _l("refused"),
    "not_sent": _l("did not go"),
    "unknown": _l("not known"),
}
OUTCOME_TONES = {
    "waiting": "live",
    "stored": "good",
    "refused": "bad",
    "not_sent": "warn",
    "unknown": "warn",
}
UNSENT_WORDS: dict[str, Any] = {
    "starred": _l("Few people: it stays here."),
    "untold": _l("Not told to any funder yet: nothing goes that was not weighed for that."),
    "none": _l("No data for this period. That is not 0."),
}
_CODES: dict[str, Any] = {
    "unreachable": _l("The other system was not reached."),
    "no_answer": _l("No answer came, and what lies there could not be read."),
    "read_back": _l("No clear answer came; what lies there is something else."),
    "off": _l("The connection was switched off meanwhile."),
    "http_401": _l("The other system does not know the token."),
    "http_403": _l("The other system does not let this token write there."),
}


def figure_text(figure: str) -> str:
    """A figure in words, by its code."""
    cell = CELLS.get(figure)
    return _cell_text(cell) if cell is not None else _("No longer mapped")


def _cell_text(cell: SourceCell) -> str:
    places = [value_word(name, value) for name, value in cell.place]
    return " · ".join([str(_WHO[cell.source]), str(TITLES[cell.indicator]), *places])


def figure_choices() -> list[tuple[str, Any]]:
    """All figures, for a form."""
    return [(code, _cell_text(cell)) for code, cell in CELLS.items()]


def code_text(code: str) -> str:
    """Sentence for a code of an outcome; codes of the other system stay as they are."""
    return str(_CODES.get(code, code))


_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")


def _looks_like_one(_form: Any, field: Field) -> None:
    if field.data and not _UID.fullmatch(field.data):
        raise ValidationError(
            _("An id of DHIS2 has eleven letters and digits and begins with a letter.")
        )


def _uid(label: Any, *, required: bool = True, description: Any = "") -> Any:
    return text_field(
        label, most=11, required=required, description=description, validators=[_looks_like_one]
    )


class CellForm(KashForm):
    """A figure, and its place there by ids of DHIS2."""

    figure = choice_field(_l("Figure"), [])
    kind = choice_field(_l("Sent for"), list(KIND_WORDS.items()))
    data_element = _uid(_l("Data element"), description=_l("Its id, such as f7n9E0hX8qk"))
    option_combo = _uid(
        _l("Category option combination"),
        required=False,
        description=_l("Empty where the data element has no categories"),
    )
    attribute_combo = _uid(_l("Attribute option combination"), required=False)
    org_unit = _uid(_l("Organisation unit"))
