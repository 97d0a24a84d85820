"""Pages of terms of office, and of the quorum that a forum agreed on."""

from __future__ import annotations

from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.models import Forum
from kash.forums.presence_forms import SHARE_WORDS, OfficeTermForm, QuorumForm
from kash.forums.queries.series import forum_to_edit
from kash.forums.queries.terms import MemberTerms, member_terms, quorums_of
from kash.forums.rules.terms import TOLD_BEFORE
from kash.forums.services import terms as terms_services
from kash.forums.services.terms import add_term, agree_quorum, change_term
from kash.people.queries.organisations import groups
from kash.people.rules.one_group import one_group
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.policy import allow


@blueprint.get("/<forum_id>/terms")
@allow("forums.edit")
def terms(forum_id: str) -> ResponseReturnValue:
    """The members' offices and terms, one group at a time; ended ones are marked."""
    found = forum_to_edit(forum_id, current_actor())
    members = member_terms(found, local_today())
    return page(
        "forums/presence_terms.html",
        forum=found,
        shown=one_group(members, attrgetter("letter"), request.args.get("group", "")),
        today=local_today(),
        soon=TOLD_BEFORE,
    )


def _member(forum: Forum, member_id: str) -> MemberTerms:
    members = member_terms(forum, local_today())
    return one_or_404(next((one for one in members if one.member == member_id), None))


@blueprint.route("/<forum_id>/members/<member_id>/terms", methods=["GET", "POST"])
@allow("forums.edit")
def member_terms_page(forum_id: str, member_id: str) -> ResponseReturnValue:
    """The terms of one member; a post adds one."""
    actor = current_actor()
    found = forum_to_edit(forum_id, actor)
    member = _member(found, member_id)
    form = OfficeTermForm()
    if form.validate_on_submit():
        with form.showing_problems():
            add_term(forum_id, member_id, form.details, by=actor, term_id=form.key.data)
            flash(_("Saved."))
            return redirect(
                url_for("forums.terms", forum_id=forum_id, group=member.letter), code=303
            )
        found = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_member.html",
        form=form,
        forum=found,
        member=member,
        today=local_today(),
        changed=None,
    )


@blueprint.route("/<forum_id>/members/<member_id>/terms/<term_id>", methods=["GET", "POST"])
@allow("forums.edit")
def term(forum_id: str, member_id: str, term_id: str) -> ResponseReturnValue:
    """Change a term."""
    actor = current_actor()
    found = forum_to_edit(forum_id, actor)
    member = _member(found, member_id)
    held = one_or_404(next((one for key, one in member.terms if key == term_id), None))
    form = OfficeTermForm(
        data={"office": held.office, "begins_on": held.begins_on, "ends_on": held.ends_on}
    )
    if form.validate_on_submit():
        with form.showing_problems():
            change_term(forum_id, member_id, term_id, form.details, by=actor)
            flash(_("Saved."))
            return redirect(
                url_for("forums.terms", forum_id=forum_id, group=member.letter), code=303
            )
        found = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_member.html",
        form=form,
        forum=found,
        member=member,
        today=local_today(),
        changed=term_id,
    )


@blueprint.post("/<forum_id>/members/<member_id>/terms/<term_id>/remove")
@allow("forums.edit")
def remove_term(forum_id: str, member_id: str, term_id: str) -> ResponseReturnValue:
    """Take away a term that was entered by mistake."""
    terms_services.remove_term(forum_id, member_id, term_id, by=current_actor())
    flash(_("The term is taken away."))
    return redirect(
        url_for("forums.member_terms_page", forum_id=forum_id, member_id=member_id), code=303
    )


@blueprint.route("/<forum_id>/quorum", methods=["GET", "POST"])
@allow("forums.edit")
def quorum(forum_id: str) -> ResponseReturnValue:
    """The quorum of each group, with the day from which it holds; a post agrees on another."""
    actor, today = current_actor(), local_today()
    found = forum_to_edit(forum_id, actor)
    agreed = quorums_of(found, today)
    names = {group.letter: group.name for group in groups()}
    letters = list(names)
    now = next((one for one in agreed if one.holds), None)
    typed: dict[str, object] = {"holds_from": today}
    for letter, rule in (now.needed if now else {}).items():
        typed[f"share_{letter}"], typed[f"least_{letter}"] = str(rule.share), rule.least or None
    form = QuorumForm.for_groups(letters, data=typed)
    if form.validate_on_submit():
        with form.showing_problems():
            agree_quorum(
                forum_id,
                holds_from=form.day,
                needed=form.needed(letters),
                by=actor,
            )
            flash(_("Saved."))
            return redirect(url_for("forums.quorum", forum_id=forum_id), code=303)
        found = forum_to_edit(forum_id, actor)
    return page(
        "forums/presence_quorum.html",
        form=form,
        forum=found,
        names=names,
        agreed=agreed,
        share_words=SHARE_WORDS,
    )


@blueprint.post("/<forum_id>/quorum/<quorum_id>/remove")
@allow("forums.edit")
def remove_quorum(forum_id: str, quorum_id: str) -> ResponseReturnValue:
    """Take away a quorum that was entered by mistake."""
    terms_services.remove_quorum(forum_id, quorum_id, by=current_actor())
    flash(_("The quorum is taken away."))
    return redirect(url_for("forums.quorum", forum_id=forum_id), code=303)
