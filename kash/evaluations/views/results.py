"""Results as a table to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from flask import Response
from flask_babel import gettext as _

from kash.evaluations import blueprint
from kash.evaluations.queries.results import QuestionResults, results_of
from kash.evaluations.views.scope import seen_form
from kash.evaluations.wording import in_words, option_words, part_word
from kash.platform.web.errors import one_or_404
from kash.platform.web.files import download
from kash.platform.web.taking import noted
from kash.policy import allow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/results.csv")
@allow("evaluations.see")
def export(public_id: str, form_id: str) -> Response:
    """Counts and comments of a closed form."""
    _found, form = seen_form(public_id, form_id)
    one_or_404(form if form.state == "closed" else None)
    made = results_csv(results_of(form))
    return noted(download(made, name="evaluation.csv", type="text/csv; charset=utf-8"))


def results_csv(results: Sequence[QuestionResults]) -> bytes:
    """UTF-8 with a mark by which spreadsheets know it: a line for each answer and group, and one
    for each comment."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([_("Question"), _("Group"), _("Answer"), _("Count")])
    for one in results:
        text = _plain(in_words(one.question.texts))
        words = option_words(one.question)
        for part, counts in one.parts.items():
            for key, count in counts.items():
                lines.writerow([text, part_word(part), _plain(words.get(key, key)), count])
        for comment in one.comments:
            lines.writerow([text, "", _plain(comment), ""])
    return written.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A cell that no program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
