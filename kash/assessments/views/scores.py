"""Scores that were marked elsewhere: typed beside names, or pasted as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.assessments import blueprint
from kash.assessments.models import WorkshopTest
from kash.assessments.queries.tests import RegisteredPerson, listed_scores, participants
from kash.assessments.rules.entry import (
    MOST_LINES,
    ScoreClash,
    ScoreLine,
    clash_code,
    clashes,
    named,
    read_score,
    read_score_lines,
    written_score,
)
from kash.assessments.rules.times import Moment
from kash.assessments.services.answering import enter_scores
from kash.assessments.services.errors import WrongEntry
from kash.assessments.views.entry import chosen_group
from kash.assessments.views.scope import own_test
from kash.assessments.words import MOMENT
from kash.attendance.rules.door import badge_entry
from kash.people.rules.one_group import OneGroup
from kash.people.rules.persons import sort_name
from kash.platform.web import current_actor
from kash.platform.web.forms import clean_text
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class _Asked:
    """A page of scores: of the group that is shown what was typed beside each name, what stands
    there and what is wrong; the rows that were pasted, their problems, and those that would replace
    a score."""

    shown: OneGroup[RegisteredPerson]
    typed: Mapping[str, str]
    was: Mapping[str, str]
    wrong: Mapping[str, str]
    pasted: str = ""
    problems: Sequence[str] = ()
    clashes: Sequence[ScoreClash] = ()


@blueprint.route("/workshops/<public_id>/tests/<test_id>/scores", methods=["GET", "POST"])
@allow("assessments.hold")
def scores(public_id: str, test_id: str) -> ResponseReturnValue:
    """Scores that were marked elsewhere: typed beside the names of one group, or as pasted rows."""
    found, row = own_test(public_id, test_id)
    shown = chosen_group(found)
    scored = listed_scores(row)
    present = {one.person: scored.get(one.person_id) for one in participants(found)}
    stored = {
        one.person: "" if (score := present[one.person]) is None else written_score(score)
        for one in shown.rows
    }
    if request.method == "GET":
        return _scores_page(found, row, _Asked(shown, stored, stored, {}))
    asked = _sent(found, shown, stored)
    if asked.wrong or asked.problems:
        return _scores_page(found, row, asked), 422
    typed = {one: read_score(said) for one, said in asked.typed.items() if said != stored[one]}
    lines, people = read_score_lines(asked.pasted), _Named(_who(found))
    met = clashes(lines, people, present | typed)
    replaces = request.form.get("replace")
    if met and (
        replaces not in ("yes", "no") or request.form.get("clashes", "") != clash_code(met)
    ):
        return _scores_page(found, row, replace(asked, clashes=met)), 422
    kept = {one.number for one in met} if replaces == "no" else set()
    pasted = {
        people.get(line.who.casefold())[0]: line.tenths for line in lines if line.number not in kept
    }
    try:
        count = enter_scores(public_id, test_id, typed | pasted, current_actor(), shown=present)
    except WrongEntry as problem:
        found, row = own_test(public_id, test_id)
        again = replace(asked, wrong=problem.where, problems=[str(problem)])
        return _scores_page(found, row, again), 422
    flash(_("Scores saved: %(count)s.", count=count))
    turn = request.form.get("turn_to", "")[:2] or shown.letter
    return redirect(
        url_for("assessments.scores", public_id=public_id, test_id=test_id, group=turn), code=303
    )


def _sent(found: Workshop, shown: OneGroup[RegisteredPerson], stored: Mapping[str, str]) -> _Asked:
    """The page as it was sent."""
    typed = {
        person: clean_text(request.form.get(f"score-{person}", stored[person])) or ""
        for person in stored
    }
    was = {person: request.form.get(f"was-{person}", stored[person]) for person in stored}
    # What was not touched stands as it does now, whatever somebody else entered meanwhile.
    typed = {one: stored[one] if said == was[one] else said for one, said in typed.items()}
    wrong = {
        person: _("A score is a number from 0 to 100.")
        for person, said in typed.items()
        if said and read_score(said) is None
    } | {
        person: _(
            "Somebody else changed this meanwhile; it is %(now)s now. Save again to replace it.",
            now=stored[person] or "–",
        )
        for person, said in typed.items()
        if stored[person] not in (was[person], said)
    }
    pasted = request.form.get("pasted", "")
    problems = _line_problems(found, read_score_lines(pasted))
    return _Asked(shown, typed, stored, wrong, pasted, problems)


def _who(found: Workshop) -> dict[str, list[str]]:
    """Public ids of people by what may name them in a list: the name, and the badge's code."""
    made: dict[str, list[str]] = {}
    for one in participants(found):
        for name in {one.name.casefold(), sort_name(one.name), one.entry}:
            made.setdefault(name, []).append(one.person)
    return made


class _Named(dict[str, list[str]]):
    """People whom lines name, a badge's code in any way that it is written."""

    def get(self, who: str, default: Any = ()) -> Any:
        """As a mapping; what reads as a badge's code is looked for as one."""
        return super().get(who) or super().get(badge_entry(who) or "") or default


def _line_problems(found: Workshop, lines: Sequence[ScoreLine]) -> list[str]:
    if len(lines) > MOST_LINES:
        return [_("These are too many rows for once. At most: %(most)s.", most=MOST_LINES)]
    wrong = named(lines, _Named(_who(found)))
    words = {
        "score": _("no score from 0 to 100"),
        "unknown": _("nobody of this workshop has this name or badge"),
        "several": _("several people have this name: use the code of the badge"),
        "twice": _("a person who stands further up already"),
    }
    return [
        _("Row %(numbers)s: %(problem)s.", numbers=", ".join(map(str, at)), problem=words[kind])
        for kind, at in wrong.items()
    ]


def _scores_page(found: Workshop, row: WorkshopTest, asked: _Asked) -> str:
    return render_template(
        "assessments/scores.html",
        **frame(found),
        test=row,
        title=MOMENT[Moment(row.moment)],
        shown=asked.shown,
        typed=asked.typed,
        was=asked.was,
        wrong=asked.wrong,
        pasted=asked.pasted,
        problems=asked.problems,
        clashes=asked.clashes,
        clash_code=clash_code(asked.clashes),
        written_score=written_score,
    )
