"""Coverage as a page to print."""

from __future__ import annotations

from flask import Response

from kash.coverage import blueprint
from kash.coverage.documents import coverage_paper
from kash.coverage.views.asked import what_is_asked
from kash.platform.web import download
from kash.platform.web.errors import one_or_404
from kash.platform.web.language import language_code
from kash.policy import allow


@blueprint.get("/page.pdf")
@allow("coverage.see")
def paper() -> Response:
    """The stations with the fewest trained people, on one page."""
    asked = one_or_404(what_is_asked())
    content = coverage_paper(
        asked.coverage(),
        asked.subject,
        language=language_code(),
        today=asked.today,
    )
    return download(content, name="coverage.pdf", type="application/pdf")
