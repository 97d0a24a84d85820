"""All skills as a table of trainers and courses, to look at, print and take away."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.platform.web import current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.taking import own_table
from kash.policy import allow
from kash.skills import blueprint
from kash.skills.queries.evidence import suggestions
from kash.skills.queries.skills import MatrixFilter, matrix
from kash.skills.rules import Level
from kash.skills.tables import matrix_table
from kash.skills.words import LEVEL_ALONE, LEVEL_TONE
from kash.training.queries import all_courses

NO_SKILL = "none"


def _wanted() -> MatrixFilter:
    level = request.args.get("level", "")
    return MatrixFilter(
        course=request.args.get("course", "")[:16],
        level=level if level in {*Level, NO_SKILL} else "",
    )


@blueprint.get("")
@allow("skills.see")
def index() -> ResponseReturnValue:
    """Table of trainers and courses; for whoever may grant, also of whom it may be asked whether
    she leads."""
    actor, wanted = current_actor(), _wanted()
    grants = actor.may("skills.grant")
    return render_template(
        "skills/matrix.html",
        matrix=matrix(wanted),
        wanted=wanted,
        courses=all_courses(),
        levels=LEVEL_ALONE,
        tones=LEVEL_TONE,
        suggested=suggestions(local_today(), excluding=actor.account_id) if grants else (),
    )


@blueprint.get("/table")
@allow("skills.see")
def table() -> ResponseReturnValue:
    """The same table to keep, as XLSX or CSV; it names trainers and courses, and nobody else."""
    rows = matrix_table(matrix(_wanted()))
    return own_table(rows, file="skills")
