"""The page that shows two versions of a course side by side."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.platform.web import current_actor
from kash.platform.web.errors import one_or_404
from kash.platform.web.language import LANGUAGES
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.rules.comparison import compare
from kash.training.trees import tree_of


@blueprint.get("/versions/<public_id>/compare")
@allow("curriculum.compare")
def compare_versions(public_id: str) -> ResponseReturnValue:
    """A version beside an earlier one of its course: added, removed, moved, changed.

    The address names the other by `with`; else it is the version before in the same language, or
    the first of the others.
    """
    actor = current_actor()
    found = queries.version(actor, public_id)
    others = [
        each for each in queries.versions_of(actor, found.course) if each.public_id != public_id
    ]
    asked = request.args.get("with", "")
    other = None
    if asked or others:
        before = [
            each
            for each in others
            if each.language == found.language and each.number < found.number
        ]
        chosen = asked or (before or others)[0].public_id
        one_or_404(next((each for each in others if each.public_id == chosen), None))
        other = queries.version(actor, chosen)
    return render_template(
        "training/compare.html",
        version=found,
        other=other,
        others=others,
        whole=compare(tree_of(other), tree_of(found)) if other is not None else None,
        language_names=LANGUAGES,
    )
