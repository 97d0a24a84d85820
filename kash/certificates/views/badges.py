"""Digital badges for holders who ask, and what whoever checks them may fetch."""

from __future__ import annotations

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from kash.certificates import badges, blueprint
from kash.certificates.queries.holders import own_certificate
from kash.certificates.queries.issuing import certificate
from kash.certificates.views.holders import visiting
from kash.platform.database import utc_now
from kash.platform.web import current_actor, download
from kash.platform.web.errors import one_or_404
from kash.platform.web.headers import kept_for
from kash.policy import ANYONE, NOBODY, allow


def _file(token: str) -> Response:
    return download(token.encode(), name="badge.jwt", type="application/jwt")


@blueprint.post("/certificates/<public_id>/badge")
@allow("certificates.badge")
def badge(public_id: str) -> ResponseReturnValue:
    """A badge of one's own certificate."""
    actor = current_actor()
    found = certificate(public_id, actor, "certificates.badge")
    return _file(badges.make_badge(found, actor))


@blueprint.post("/my-certificates/<public_id>/badge")
@allow(ANYONE)
def holder_badge(public_id: str) -> ResponseReturnValue:
    """The same during a visit by a one-time link."""
    found = own_certificate(visiting().person_id, public_id)
    return _file(badges.make_badge(found, NOBODY))


@blueprint.get("/verify/issuer.json")
@allow(ANYONE)
@kept_for(300)
def issuer_file() -> ResponseReturnValue:
    """The programme as issuer of badges."""
    return jsonify(badges.profile())


@blueprint.get("/verify/did.json")
@allow(ANYONE)
@kept_for(300)
def identity_file() -> ResponseReturnValue:
    """The keys by which badges are checked, as the programme's identifier leads to them."""
    return jsonify(badges.published_identity())


@blueprint.get("/verify/badges")
@allow(ANYONE)
@kept_for(60)
def badges_file() -> ResponseReturnValue:
    """The list of revoked badges."""
    token = one_or_404(badges.revoked_badges(utc_now()))
    return Response(token, mimetype="application/jwt")
