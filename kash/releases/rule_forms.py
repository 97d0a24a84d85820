"""The form of dice on a table. It changes nothing, so it is asked by GET and carries no token."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import radio_field, text_field
from kash.releases.rules.table_dice import EXAMPLE, SIDES, NoSuchFace, TableThrow, faces_of
from kash.releases.rules.table_dice import thrown_on_table as on_table
from kash.releases.rules.tables import WHO
from kash.releases.words import LINES


def _line(code: str) -> Any:
    return text_field(LINES[WHO, code], most=80, required=False, render_kw={"inputmode": "numeric"})


class DiceForm(KashForm):
    """Faces as they were rolled, for each line of the example."""

    sides = radio_field(
        _l("The die on your table"),
        [(str(one), _l("%(sides)s sides", sides=one)) for one in SIDES],
        required=False,
        default="4",
    )
    police = _line("police")
    client = _line("client")
    other = _line("other")

    def __init__(self) -> None:
        super().__init__(request.args or None, meta={"csrf": False})

    def throws(self) -> dict[str, TableThrow]:
        """The lines of the example, with what was rolled so far; what is no face of the die is said
        beside its field."""
        sides = int(self.sides.data) if self.sides.data in map(str, SIDES) else SIDES[0]
        found = {}
        for code, counted in EXAMPLE.items():
            found[code] = TableThrow(counted)
            try:
                found[code] = on_table(counted, faces_of(self[code].data or "", sides))
            except NoSuchFace:
                self.mark_wrong(
                    self[code], _("A die shows 1 to %(sides)s. Type one digit a roll.", sides=sides)
                )
        return found
