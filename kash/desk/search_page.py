"""The page on which anything is found."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.desk import blueprint
from kash.desk.search import LONGEST, all_of, enough, kinds, search
from kash.platform.web import current_actor
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import clean_text
from kash.policy import allow


@blueprint.get("/search")
@allow("search")
def search_page() -> ResponseReturnValue:
    """The page with nothing typed yet."""
    return _page("")


@blueprint.post("/search")
@allow("search")
def find() -> ResponseReturnValue:
    """Page of what is found; posted, because a name may be typed. As-you-type gets the answers
    alone."""
    typed = CONTROL_CHARACTERS.sub(" ", clean_text(request.form.get("search", "")))[:LONGEST]
    return _page(typed, request.form.get("kind", ""))


def _page(typed: str, only: str = "") -> str:
    as_typed = request.headers.get("HX-Request") == "true"
    findings = search(current_actor(), typed, only)
    return render_template(
        "desk/found.html" if as_typed else "desk/search.html",
        typed=typed,
        only=only if only in kinds() else "",
        found=findings,
        count=sum(len(part.hits) for part in findings),
        as_typed=as_typed,
        enough=enough(typed),
        all_of=all_of,
        uses_htmx=True,
    )
