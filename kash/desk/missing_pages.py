"""Pages of what is missing: how much of each kind, one kind to work down, and its table."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.desk import blueprint
from kash.desk.queries import (
    MOST_EXPORTED,
    CountedKind,
    all_lines,
    counted_kinds,
    lines_of,
    note_table,
    number_of_lines,
    the_kind,
)
from kash.platform.database import utc_now
from kash.platform.web import current_actor, download
from kash.platform.web.formats import local_today
from kash.platform.web.taking import XLSX, table_csv, table_xlsx
from kash.policy import Reach, allow


@blueprint.get("/missing")
@allow("records.missing")
def missing() -> ResponseReturnValue:
    """How much is missing, by kind; nobody is named here."""
    counted = counted_kinds(current_actor(), utc_now(), local_today())
    about = request.args.get("about", "")
    headings = list(dict.fromkeys(str(line.kind.about) for line in counted))
    shown = [line for line in counted if about in ("", str(line.kind.about))]
    return render_template(
        "desk/missing.html",
        parts=[
            (heading, list(kinds))
            for heading, kinds in groupby(
                sorted(shown, key=lambda line: headings.index(str(line.kind.about))),
                key=lambda line: str(line.kind.about),
            )
        ],
        headings=headings,
        about=about if about in headings else "",
        everybody=current_actor().reach("records.missing") is Reach.ALL,
    )


def _letter() -> str:
    return request.args.get("group", "")[:1]


def _next(counted: list[CountedKind], key: str, letter: str) -> CountedKind | None:
    """The kind that comes after this one in the order of the page."""
    keys = [(line.kind.key, line.letter) for line in counted]
    if (key, letter) not in keys:
        return next(iter(counted), None)
    place = keys.index((key, letter)) + 1
    return counted[place] if place < len(counted) else None


@blueprint.get("/missing/<kind>")
@allow("records.missing")
def missing_kind(kind: str) -> ResponseReturnValue:
    """The lines of one kind, of one group where it names people; each leads to its field."""
    actor, now, today = current_actor(), utc_now(), local_today()
    of_kind = the_kind(kind)
    counted = counted_kinds(actor, now, today)
    letters = {line.letter: line for line in counted if line.kind.key == kind}
    letter = _letter()
    if of_kind.by_group and not letter:
        letter = next(iter(letters), "A")
    return render_template(
        "desk/missing_kind.html",
        kind=of_kind,
        letter=letter,
        letters=letters,
        listing=lines_of(of_kind, letter, actor, now, today, letters.get(letter)),
        counted=counted,
        following=_next(counted, kind, letter),
    )


@blueprint.route("/missing/<kind>/table", methods=["GET", "POST"])
@allow("records.missing", fresh=True)
def missing_table(kind: str) -> ResponseReturnValue:
    """The lines of one kind as a table to keep, stored nowhere here."""
    of_kind, letter = the_kind(kind), _letter()
    actor, now, today = current_actor(), utc_now(), local_today()
    if request.method == "GET":
        return render_template(
            "desk/missing_table.html",
            kind=of_kind,
            letter=letter,
            number=number_of_lines(of_kind, letter, actor, now, today),
            most=MOST_EXPORTED,
        )
    lines = all_lines(of_kind, letter, actor, now, today)
    note_table(actor)
    rows = [
        [_("Record"), _("Belongs to"), _("Since"), _("Missing"), _("Who may mend it")],
        *([line.title, line.text, line.since, str(of_kind.label), line.ask] for line in lines),
    ]
    if request.form.get("kind") == "csv":
        return download(table_csv(rows), name="missing.csv", type="text/csv; charset=utf-8")
    return download(table_xlsx(rows), name="missing.xlsx", type=XLSX)
