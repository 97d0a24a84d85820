"""All that can be set, each with what holds now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.desk import blueprint
from kash.feature import declared
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor
from kash.platform.web.setting_lines import SettingLine
from kash.policy import allow, declared_permission

_SECTIONS: tuple[tuple[str, Any], ...] = (
    ("programme", _l("The programme")),
    ("work", _l("Work")),
    ("safety", _l("Safety")),
)


@blueprint.get("/settings")
@allow("settings.see")
def settings() -> ResponseReturnValue:
    """The overview: a line for each thing, with what holds now."""
    actor = current_actor()

    def is_open(endpoint: str) -> bool:
        view = current_app.view_functions.get(endpoint)
        permission = declared_permission(view) if view is not None else None
        return permission is not None and actor.may(permission)

    # Lines whose page is not there, or not open to whoever looks, are left out.
    lines = [
        line
        for line in sorted(declared(SettingLine), key=lambda line: line.place)
        if line.always or is_open(line.endpoint)
    ]
    counts = _counts(lines, utc_now())
    return render_template(
        "desk/settings/index.html",
        sections=[
            (
                title,
                [
                    (
                        line,
                        url_for(line.endpoint) if is_open(line.endpoint) else "",
                        line.says(counts.get(number, 0)),
                    )
                    for number, line in enumerate(lines)
                    if line.section == section
                ],
            )
            for section, title in _SECTIONS
        ],
    )


def _counts(lines: list[SettingLine], now: datetime) -> dict[int, int]:
    """Counts of the lines, by their numbers; one query."""
    asked = {
        number: line.count(now).scalar_subquery()
        for number, line in enumerate(lines)
        if line.count is not None
    }
    if not asked:
        return {}
    return dict(zip(asked, db.session.execute(select(*asked.values())).one(), strict=True))
