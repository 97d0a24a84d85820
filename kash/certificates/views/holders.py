"""The holder's page, and the one-time links that lead to it."""

from __future__ import annotations

import base64

from flask import (
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from kash.accounts.errors import LinkSpent
from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint, documents
from kash.certificates.models import HolderLink
from kash.certificates.queries import holders
from kash.certificates.queries.holders import (
    links_of,
    own_certificate,
    own_certificates,
    usable_link,
)
from kash.certificates.rules.issuing import grouped
from kash.certificates.services.holders import (
    LINK_LASTS,
    VISIT_LASTS,
    end_link,
    end_visit,
    make_link,
    use_link,
)
from kash.certificates.services.preconditions import NameWithheld
from kash.certificates.services.printing import note_single
from kash.certificates.services.revoking import AlreadyRevoked
from kash.certificates.views.paper import single_file
from kash.people.models import Person
from kash.people.queries.persons import person
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.public_address import public_address, says_address
from kash.policy import ANYONE, NOBODY, allow

_COOKIE = "certificates"
_PATH = "/my-certificates"


class VisitOver(LinkSpent):
    """The short visit is over, or there was none."""

    sentence = _l("This visit is over. Ask whoever sent the link for a new one.")


@blueprint.get("/people/<public_id>/certificates")
@allow("certificates.print")
def holder_links(public_id: str) -> ResponseReturnValue:
    """The links that were made for a person, and a button for another."""
    return _links_page(person(current_actor(), public_id, "people.edit"))


def _links_page(person: Person, token: str = "") -> str:
    links = links_of(person)
    address = ""
    if token:
        path = url_for("certificates.holder_link", token=token)
        address = public_address() + path
    return render_template(
        "certificates/holder_links.html",
        person=person,
        links=links,
        names=names_of(link.made_by for link in links),
        address=address,
        picture=_picture(address) if address else "",
        days=LINK_LASTS.days,
        minutes=int(VISIT_LASTS.total_seconds() // 60),
        now=utc_now(),
    )


def _picture(address: str) -> str:
    code = qr_svg(address, label="").encode()
    return "data:image/svg+xml;base64," + base64.b64encode(code).decode()


@blueprint.post("/people/<public_id>/certificates")
@allow("certificates.print")
@says_address
def make_holder_link(public_id: str) -> ResponseReturnValue:
    """Make a link, and show it this once."""
    actor = current_actor()
    token = make_link(person(actor, public_id, "people.edit"), actor)
    return _links_page(person(actor, public_id, "people.edit"), token)


@blueprint.post("/people/<public_id>/certificates/<link_id>/end")
@allow("certificates.print")
def end_holder_link(public_id: str, link_id: str) -> ResponseReturnValue:
    """End a link, and whatever visit it began."""
    actor = current_actor()
    end_link(person(actor, public_id, "people.edit"), link_id, actor)
    flash(_("The link does not work any more."))
    return redirect(url_for("certificates.holder_links", public_id=public_id))


@blueprint.get("/holder/<token>")
@allow(ANYONE)
def holder_link(token: str) -> ResponseReturnValue:
    """Page behind a link: a button, and nothing of anybody."""
    if not usable_link(token, utc_now()):
        raise LinkSpent
    return render_template(
        "certificates/holder_link.html", minutes=int(VISIT_LASTS.total_seconds() // 60)
    )


@blueprint.post("/holder/<token>")
@allow(ANYONE)
def use_holder_link(token: str) -> ResponseReturnValue:
    """Spend the link and begin a visit."""
    secret = use_link(token)
    answer = make_response(redirect(url_for("certificates.holder_page"), code=303))
    answer.set_cookie(
        _COOKIE,
        secret,
        max_age=int(VISIT_LASTS.total_seconds()),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
        path=_PATH,
    )
    return answer


def visiting() -> HolderLink:
    """The visit of whoever came by a link. Raises VisitOver."""
    secret = request.cookies.get(_COOKIE, "")
    found = holders.visit(secret, utc_now()) if secret else None
    if found is None:
        raise VisitOver
    return found


@blueprint.get(f"{_PATH}/")
@allow(ANYONE)
def holder_page() -> ResponseReturnValue:
    """A holder's own certificates, while her visit lasts."""
    visit = visiting()
    return render_template(
        "certificates/holder.html",
        certificates=own_certificates(visit.person_id),
        ends_at=visit.visit_ends_at,
        verification_address=documents.verification_address(),
        grouped=grouped,
        today=local_today(),
    )


@blueprint.post(f"{_PATH}/<public_id>/file")
@allow(ANYONE)
def holder_file(public_id: str) -> ResponseReturnValue:
    """One of her certificates as PDF; the making is noted."""
    found = own_certificate(visiting().person_id, public_id)
    if found.revoked_at is not None:
        raise AlreadyRevoked
    if not found.person.prints_name:
        raise NameWithheld
    content = documents.single_certificate(found)
    note_single(found, NOBODY, own=True)
    return single_file(own_certificate(visiting().person_id, public_id), content)


@blueprint.post(f"{_PATH}/end")
@allow(ANYONE)
def end_holder_visit() -> ResponseReturnValue:
    """End the visit on this phone."""
    end_visit(request.cookies.get(_COOKIE, ""))
    answer: Response = make_response(redirect(url_for("certificates.verify"), code=303))
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer
