"""Pages of connections: what leaves by which way, recorded by one and agreed to by another. The
form of a connection. Words for how a connection stands."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Length, Optional

from kash.accounts.models import STANDING_SENTENCES
from kash.accounts.queries.accounts import names_of
from kash.people.connections import blueprint, queries, services
from kash.people.connections.models import Connection
from kash.people.connections.queries import (
    APPROVAL,
    ConnectionKind,
    SecretMissing,
    connection_kinds,
    kind_named,
    open_ways,
)
from kash.people.connections.rules import Stands
from kash.people.connections.services import ConnectionDetails
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.approvals.rules import Standing
from kash.platform.web import current_actor, go, page
from kash.platform.web.fields import DayField, SecretField
from kash.platform.web.forms import long_text_field, required, text_field
from kash.platform.web.row_versions import RowVersionForm, number_shown
from kash.policy import allow

_SETTING = "setting_"


class ConnectionForm(RowVersionForm):
    """A connection: the other end, the contract, and what protects what leaves."""

    name = text_field(_l("Name"), description=_l("By which you know it here"))
    address = text_field(_l("Address of the other system"), most=200)
    secret = SecretField(
        _l("Token"),
        description=_l(
            "By which the other system knows this programme. Sealed, and never shown again."
        ),
        validators=[Optional(), Length(max=1000)],
        render_kw={"autocomplete": "off"},
    )
    processor = text_field(
        _l("Who works with the data there"),
        most=200,
        description=_l("The organisation with which the contract is made"),
    )
    contract = text_field(_l("Reference of the contract"), most=200)
    contract_on = DayField(_l("Signed on"), validators=[required()])
    country = text_field(_l("Country in which the data lies there"), most=80)
    safeguards = long_text_field(
        _l("Safeguards"),
        most=2000,
        required=True,
        description=_l(
            "Clauses of the contract, who may read it, when it is deleted, and for another "
            "country on which ground it may go there."
        ),
    )

    # True while no token is kept that could stay.
    needs_secret = False

    def check_together(self) -> None:
        """Ask for the token together with all else that is missing."""
        if self.needs_secret and not self.secret.data:
            self.mark_wrong(self.secret, SecretMissing())

    def details(self, kind: ConnectionKind) -> ConnectionDetails:
        """The connection as entered."""
        settings = {
            setting.key: self[f"{_SETTING}{setting.key}"].data or "" for setting in kind.settings
        }
        return self.command(
            ConnectionDetails,
            settings=settings,
            address=self.address.data if kind.asks_address else "",
            secret=(self.secret.data or "") if kind.asks_secret else "",
        )


def form_of(kind: ConnectionKind, found: Connection | None = None) -> ConnectionForm:
    """The form of a kind, with its own settings and without what it doesn't ask for; filled from a
    connection if there is one."""
    fields = {
        f"{_SETTING}{setting.key}": text_field(
            setting.label, most=setting.most, description=setting.description, required=False
        )
        for setting in kind.settings
    }
    left_out = {
        name: None
        for name, wanted in (("address", kind.asks_address), ("secret", kind.asks_secret))
        if not wanted
    }
    needs = {"needs_secret": kind.asks_secret and found is None}
    form_class = type("KindForm", (ConnectionForm,), {**fields, **left_out, **needs})
    form: ConnectionForm = form_class(data=as_entered(found) if found else None)
    return form


def as_entered(found: Connection) -> dict[str, Any]:
    """A connection as its form shows it, without its secret."""
    return {
        "name": found.name,
        "address": found.address,
        "processor": found.processor,
        "contract": found.contract,
        "contract_on": found.contract_on,
        "country": found.country,
        "safeguards": found.safeguards,
        "row_version": str(found.row_version),
        **{f"{_SETTING}{key}": value for key, value in found.settings.items()},
    }


STANDS_WORDS: dict[Stands, Any] = {
    Stands.RECORDED: _l("recorded, not agreed to"),
    Stands.RETURNED: _l("sent back"),
    Stands.AGREED: _l("agreed, not on yet"),
    Stands.ON: _l("on"),
    Stands.OFF: _l("switched off"),
}
STANDS_TONES: dict[Stands, str] = {
    Stands.RECORDED: "warn",
    Stands.RETURNED: "bad",
    Stands.AGREED: "",
    Stands.ON: "good",
    Stands.OFF: "",
}


_ANOTHER = _l("Another director agrees to it.")


@blueprint.get("/")
@allow("connections.see")
def index() -> ResponseReturnValue:
    """Every way by which something leaves or comes in, and how it stands."""
    actor, connections = current_actor(), queries.connections()
    return render_template(
        "connections/index.html",
        kinds=[
            (kind, [line for line in connections if line.kind == kind.key])
            for kind in connection_kinds()
        ],
        ways=[(way, actor.may(way.permission)) for way in open_ways()],
        may_record=actor.may("connections.record"),
        words=STANDS_WORDS,
        tones=STANDS_TONES,
    )


@blueprint.get("/<public_id>")
@allow("connections.see")
def connection(public_id: str) -> ResponseReturnValue:
    """A connection: who is at the other end, under which contract, and what can be done."""
    return _page_of(queries.connection(public_id), SendBackForm(formdata=None))


def _page_of(found: Connection, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, kind = current_actor(), kind_named(found.kind)
    decision = APPROVAL.offered(found, actor)
    stands = Standing.MAY
    if found.state == "proposed" and actor.may("connections.agree") and not decision.own:
        stands = queries.standing_towards(found, actor)
    return render_template(
        "connections/connection.html",
        found=found,
        kind=kind,
        decision=decision,
        refused=STANDING_SENTENCES.get(stands, ""),
        another=_ANOTHER,
        may_record=actor.may("connections.record"),
        opens=found.state == "approved" and kind.endpoint and actor.may(kind.permission),
        names=names_of(found.accounts),
        form=form,
        problem=problem,
        words=STANDS_WORDS,
        tones=STANDS_TONES,
    ), 409 if problem else 422 if form.errors else 200


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
@allow("connections.record")
def record(kind: str) -> ResponseReturnValue:
    """Record a connection of a kind."""
    kind_wanted = kind_named(kind)
    form = form_of(kind_wanted)
    if form.validate_on_submit():
        with form.showing_problems():
            connection_id = services.record_connection(
                kind, form.details(kind_wanted), by=current_actor()
            )
            return go(
                "connections.connection",
                _("Recorded. A director agrees to it next."),
                public_id=connection_id,
            )
    return _form_page(form, kind_wanted)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("connections.record")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a connection, which then waits for a second person again."""
    edited = queries.connection(public_id)
    kind = kind_named(edited.kind)
    form = form_of(kind, edited)
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_connection(
                public_id, form.details(kind), form.row_version_shown, by=current_actor()
            )
            return go("connections.connection", _("Saved. It is off until somebody else agrees."))
        edited = queries.connection(public_id)
    if form.changed_meanwhile:
        form.compare(as_entered(edited))
    return _form_page(form, kind, edited)


def _form_page(
    form: Any, kind: ConnectionKind, found: Connection | None = None
) -> ResponseReturnValue:
    return page("connections/form.html", form=form, kind=kind, found=found)


def _page(public_id: str) -> ProposalPage[Connection]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.connection(public_id),
        _page_of,
        url_for("connections.connection", public_id=public_id),
    )


@blueprint.post("/<public_id>/agree")
@allow("connections.agree", fresh=True)
def agree(public_id: str) -> ResponseReturnValue:
    """Agree to what another person recorded, as it was shown."""
    shown = number_shown(request.form.get("row_version"))
    return _page(public_id).step(
        lambda one: services.agree_to_connection(one.public_id, shown, by=current_actor()),
        lambda _nothing: _("Agreed. It can be switched on now."),
    )


@blueprint.post("/<public_id>/send-back")
@allow("connections.agree")
def send_back(public_id: str) -> ResponseReturnValue:
    """Send a connection back, with what must be put right."""
    return _page(public_id).send_back(
        lambda one, reason: services.return_connection(one.public_id, reason, by=current_actor()),
        _("Sent back. It can be changed and recorded again."),
        as_organiser=False,
    )


@blueprint.post("/<public_id>/on")
@allow("connections.record", fresh=True)
def switch_on(public_id: str) -> ResponseReturnValue:
    """Switch on what was agreed to."""
    shown = number_shown(request.form.get("row_version"))
    return _page(public_id).step(
        lambda one: services.switch_on(one.public_id, shown, by=current_actor()),
        lambda told: (
            _("Switched on. Those who use it are told on Today: %(count)s", count=told)
            if told
            else _("Switched on.")
        ),
    )


# A person who sees it may stop it: that is never wrong for long.
@blueprint.post("/<public_id>/off")
@allow("connections.see")
def switch_off(public_id: str) -> ResponseReturnValue:
    """Switch it off: nothing goes by it from now on."""
    return _page(public_id).step(
        lambda one: services.switch_off(one.public_id, by=current_actor()),
        lambda _nothing: _("Switched off. Nothing goes by it from now on."),
    )
