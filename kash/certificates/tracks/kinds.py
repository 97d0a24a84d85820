"""Kinds of requirements that rest on what lower rooms know, and on what the programme enters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.assessments.queries.tests import scores_in
from kash.certificates.tracks.leaf_kinds import Found, LeafKind, LeafQuestion
from kash.certificates.tracks.queries.certifying import completed
from kash.certificates.tracks.queries.visits import counted, document_of, oral_scores, role_months
from kash.certificates.tracks.rules.tree import KindRule, Leaf, Parameter, ParameterKind
from kash.workshops.queries.plan import hour_shares

_COURSE = Parameter("course", ParameterKind.COURSE)


def _hours(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    window = asked.window
    return hour_shares(
        session,
        leaf.text("course"),
        leaf.texts("versions"),
        asked.need,
        asked.today,
        people=asked.people,
        since=window.since if window else None,
        until=window.until if window else None,
    )


def _workshop(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Shares of the hours of the workshop for which it is asked, else of each person's best one."""
    window = asked.window
    if asked.here is not None:
        return {
            person: share
            for person, share in asked.here.items()
            if window is None or window.holds(share[1])
        }
    return hour_shares(
        session,
        None,
        (),
        asked.need,
        asked.today,
        people=asked.people,
        since=window.since if window else None,
        until=window.until if window else None,
    )


def _test(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Best scores, written or oral: any test counts, and one that was failed harms nobody."""
    course = leaf.text("course")
    oral = oral_scores(session, course, asked)
    for person, scores in scores_in(session, course, asked.people).items():
        counting = [
            score for score in scores if asked.window is None or asked.window.holds(score[1])
        ]
        if person in oral:
            counting.append(oral[person])
        if counting:
            best = max(score for score, _day in counting)
            reached = [day for score, day in counting if score >= asked.need]
            oral[person] = best, min(reached) if reached else max(day for _, day in counting)
    return oral


ROLES = {
    "peer_educator": _l("peer educator"),
    "mentor": _l("mentor of peer educators"),
    "facilitator": _l("facilitator"),
}

KINDS = (
    LeafKind(
        KindRule(
            "hours",
            (
                Parameter("share", ParameterKind.NUMBER),
                _COURSE,
                Parameter("versions", ParameterKind.VERSIONS),
            ),
            need="share",
        ),
        _l("Hours of a course"),
        _l("Attended at least {share} per cent of the hours of {course}: {versions}"),
        _hours,
    ),
    LeafKind(
        KindRule("workshop", (Parameter("share", ParameterKind.NUMBER),), need="share"),
        _l("Hours of a workshop"),
        _l("Attended at least {share} per cent of the hours of the workshop"),
        _workshop,
    ),
    LeafKind(
        KindRule("test", (Parameter("score", ParameterKind.NUMBER), _COURSE), need="score"),
        _l("A test"),
        _l("Scored at least {score} of 100 in a test of {course}, written or oral"),
        _test,
        seen="oral_test",
    ),
    LeafKind(
        KindRule("practicum", (Parameter("count", ParameterKind.NUMBER, most=50),), need="count"),
        _l("Practicum"),
        _l("Practised while somebody saw it, at least so often: {count}"),
        counted("practicum"),
        seen="practicum",
    ),
    LeafKind(
        KindRule("outreach", (Parameter("count", ParameterKind.NUMBER, most=50),), need="count"),
        _l("Supervised outreach"),
        _l("Did outreach with somebody else supervising, at least: {count}"),
        counted("outreach"),
        seen="outreach",
    ),
    LeafKind(
        KindRule(
            "document",
            (Parameter("document", ParameterKind.TEXT), Parameter("version", ParameterKind.TEXT)),
        ),
        _l("A signed document"),
        _l("Signed the document {document} in version {version}"),
        counted("document", document_of),
        seen="document",
    ),
    LeafKind(
        KindRule(
            "role",
            (
                Parameter("role", ParameterKind.CHOICE, choices=tuple(ROLES)),
                Parameter("months", ParameterKind.NUMBER, most=60),
            ),
            need="months",
            span="months",
        ),
        _l("A role held for some time"),
        _l("Was {role} without a break, in months: {months}"),
        role_months,
        seen="role",
        choices=ROLES,
    ),
    LeafKind(
        KindRule("track", (Parameter("track", ParameterKind.TRACK),)),
        _l("Another track"),
        _l("Completed the track {track}"),
        completed,
    ),
)


def about_of(leaf: Leaf) -> str:
    """Subject that a fact which is entered for a requirement has (`SeenFact.about`)."""
    return {
        "test": leaf.text("course"),
        "document": document_of(leaf),
        "role": leaf.text("role"),
    }.get(leaf.kind, "")
