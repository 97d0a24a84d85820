"""Advice to whoever plans a workshop: what its team lacks, and whom to ask."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.policy import Role
from kash.skills.queries.skills import levels_in
from kash.skills.rules import Free, Level, TeamMember, lacks, whom_to_ask
from kash.skills.words import LEVEL, free_text, sentences
from kash.workshops.queries.load import Load, loads
from kash.workshops.team_advice import TeamAdvice, TeamQuestion, TrainerToAsk

MOST_ASKED = 5
_FREE = Load(0, 0)


def advise(asked: TeamQuestion) -> TeamAdvice:
    """Advice on a team; none on a course of which nobody's skill is written down, so that a
    programme that keeps no skills is not told off. Four queries at most."""
    levels = levels_in(asked.course_id)
    if not levels:
        return TeamAdvice(told=_("No trainer's skill in this course is written down yet."))
    names = names_of(asked.team)
    team = [
        TeamMember(names[one], one == asked.leads, levels.get(one))
        for one in asked.team
        if one in names
    ]
    # Whoever is locked is asked for nothing new.
    open_to = {
        one.public_id: one.name
        for one in accounts_with_role(Role.TRAINER)
        if one.public_id in levels
    }
    busy = loads(asked.first, asked.last, asked.workshop) if open_to else {}
    free = [
        Free(one, name, levels[one], busy.get(one, _FREE).clashing, busy.get(one, _FREE).near)
        for one, name in open_to.items()
    ]
    lacking = lacks(team)
    if team and not lacking:
        return TeamAdvice()
    # Whoever is on the team and may lead needs not be asked for more than that.
    there = [
        TrainerToAsk(one, names[one], LEVEL[Level.LEAD], _("teaches here already"))
        for one in asked.team
        if one in names and levels.get(one) is Level.LEAD and one != asked.leads
    ]
    others = [
        TrainerToAsk(one.public_id, one.name, LEVEL[one.level], free_text(one))
        for one in whom_to_ask(free, asked.team)
    ]
    return TeamAdvice(sentences(lacking), [*there, *others][:MOST_ASKED])
