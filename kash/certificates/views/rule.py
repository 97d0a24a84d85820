"""The rule for certificates, and courses whose certificates need a track of their own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint
from kash.certificates.forms.issuing import RuleForm
from kash.certificates.queries.issuing import current_rule, rule_versions
from kash.certificates.services.issuing import set_rule
from kash.platform.database import db
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.policy import allow
from kash.tracks.errors import AnotherCertifies, CannotCertify
from kash.tracks.leaf_kinds import LeafQuestion
from kash.tracks.queries.certifying import course_tracks
from kash.tracks.queries.standing import fulfilled
from kash.tracks.queries.tracks import all_names, one_track, published_version
from kash.tracks.rules.tree import tree_from_json
from kash.tracks.services import certifying


@blueprint.route("/certificates/rule", methods=["GET", "POST"])
@allow("certificates.rule")
def rule() -> ResponseReturnValue:
    """The rule in force, its earlier versions, a form for the next, and courses that ask for
    more."""
    stored = current_rule()
    form = RuleForm(obj=stored)
    if form.validate_on_submit():
        set_rule(
            form.least_share.data or 0,
            name_must_be_confirmed=bool(form.name_must_be_confirmed.data),
            months_valid=form.months_valid.data,
            by=current_actor(),
        )
        flash(_("Saved. It holds for what is proposed from now on."))
        return redirect(url_for("certificates.rule"))
    versions = rule_versions()
    return page(
        "certificates/rule.html",
        form=form,
        rule=stored,
        versions=versions,
        tracks=course_tracks(),
        names=names_of(version.created_by for version in versions),
    )


@blueprint.route("/certificates/rule/tracks/<public_id>", methods=["GET", "POST"])
@allow("certificates.rule")
def rule_track(public_id: str) -> ResponseReturnValue:
    """Ask, then make the certificates of a track's course need it, or no more."""
    track = one_track(public_id)
    present = published_version(track)
    if track.course is None or present is None:
        raise NotFound
    tree, wanted = tree_from_json(present.tree), request.form.get("required", "")
    # What the page asked, not the opposite of what stands: sent twice it would take itself back.
    if wanted not in ("yes", "no"):
        return render_template(
            "certificates/rule_track.html",
            track=track,
            tree=tree,
            known=all_names(),
            fulfilled=len(fulfilled(db.session(), tree, LeafQuestion(local_today()))),
        )
    with FlashedProblems(AnotherCertifies, CannotCertify, tone="warn"):
        if wanted == "no":
            certifying.ask_no_more(public_id, by=current_actor())
        else:
            certifying.ask_for(public_id, by=current_actor())
        flash(_("Saved. It holds for what is proposed from now on."))
    return redirect(url_for("certificates.rule"))
