"""The forms of DHIS2."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from kash.dhis2.words import KIND_WORDS
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, text_field

_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")


def _looks_like_one(_form: Any, field: Field) -> None:
    if field.data and not _UID.fullmatch(field.data):
        raise ValidationError(
            _("An id of DHIS2 has eleven letters and digits and begins with a letter.")
        )


def _uid(label: Any, *, required: bool = True, description: Any = "") -> Any:
    return text_field(
        label,
        most=11,
        required=required,
        description=description,
        validators=[_looks_like_one],
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
