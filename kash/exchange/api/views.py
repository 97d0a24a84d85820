"""The form by which a token is asked for. A token told of itself, and the description of all
addresses. Days and moments that stand in an address. Indicators for programs: counts of whole
quarters and years, without the people behind them. The address of the next page. Registers for
programs, and operations on them. Certificates for programs: whether they hold. People for
programs. The page on which the person who writes a program reads how: the description of all
addresses, drawn here, since what libraries draw needs styles and scripts of others. Releases for
programs, exactly as they were printed. Pages of tokens: asked for, agreed to, fetched once, and
ended. Workshops for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from apiflask import HTTPError
from flask import Response, json, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.models import STANDING_SENTENCES
from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import ANY_PURPOSE, Operation
from kash.certificates.models import Certificate
from kash.certificates.rules.issuing import condition_on
from kash.exchange.api import blueprint, queries, services
from kash.exchange.api.models import (
    APPROVAL,
    ATTENDANCE,
    CERTIFICATES,
    INDICATORS,
    ITSELF,
    MARKING,
    NAMES,
    PEOPLE,
    RELEASES,
    SCOPES,
    WORKSHOPS,
    ApiToken,
    scope_named,
)
from kash.exchange.api.queries import (
    PERIOD_WORDS,
    STANDS_TONES,
    STANDS_WORDS,
    ApiProblem,
    LeavingFigure,
    LeavingFigures,
    certificate_of,
    certificates_after,
    counts_told,
    people_after,
    person_within,
    register_page,
    sessions_of,
    token_columns,
    workshops_after,
)
from kash.exchange.api.rules import (
    LARGEST_PAGE,
    MOST_IN_WINDOW,
    OVER,
    PERIODS,
    PageCut,
    TokenStands,
    cut,
    digest_of,
    may_have,
    read_key,
)
from kash.exchange.api.schemas import (
    AnswersTold,
    CertificatesAsked,
    CertificatesTold,
    CertificateTold,
    IndicatorAsked,
    IndicatorInFull,
    IndicatorsAsked,
    IndicatorsTold,
    OperationSent,
    OperationsSent,
    PageAsked,
    PeopleAsked,
    PeopleTold,
    PersonTold,
    RegisterAsked,
    RegisterTold,
    ReleasesAsked,
    ReleasesTold,
    TokenTold,
    WorkshopInFull,
    WorkshopsAsked,
    WorkshopsTold,
)
from kash.exchange.api.services import SOURCE, TokenRequest, apply_operations, bearer
from kash.exchange.api.specification import endpoints, needs, specification
from kash.figures.indicators.queries.definitions import Definition, definition_of, definitions_on
from kash.figures.indicators.queries.figures import funders
from kash.figures.indicators.rules import KEYS, DimensionProblem, Period, read_period
from kash.figures.releases.queries import PrintedTable, printed_tables
from kash.people.connections.models import Connection
from kash.people.models import Person
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, is_public_id, utc_now
from kash.platform.web import current_actor, go, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound
from kash.platform.web.fields import SeveralField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import KashForm, choice_field, text_field
from kash.platform.web.public_address import public_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Actor, allow
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import workshop_with_people


class TokenForm(KashForm):
    """A token: for which connection, what for, and what it may be used for."""

    connection = choice_field(_l("Connection"))
    purpose = text_field(
        _l("What for"),
        most=200,
        description=_l("What the other system does with it. Name no person."),
    )
    scopes = SeveralField(_l("What it may be used for"), choices=[])
    days = choice_field(
        _l("For how long"),
        [(str(days), PERIOD_WORDS[days]) for days in PERIODS],
        description=_l("Counted from when you fetch it. Then it ends by itself."),
        default=str(PERIODS[1]),
    )

    def offer(self, connections: Sequence[Connection], by: Actor) -> None:
        """Offer these connections, and what the asker may do."""
        self.connection.choices = [
            (connection.public_id, connection.name) for connection in connections
        ]
        self.scopes.choices = [
            (scope.key, scope.title) for scope in SCOPES if may_have(by.roles, scope.permission)
        ]

    def request(self) -> TokenRequest:
        """The request as entered."""
        return TokenRequest(
            self.connection.data, self.purpose.data, tuple(self.scopes.data), int(self.days.data)
        )


@endpoints.get("/token")
@needs(ITSELF)
@endpoints.output(TokenTold)
@endpoints.doc(operation_id="readToken", tags=["About"])
def about_token() -> dict[str, Any]:
    """This token: what it may be used for, and until when."""
    mine = bearer()
    return {
        "connection": mine.connection,
        "scopes": [scope.key for scope in SCOPES if mine.has(scope)],
        "expires_at": mine.expires_at,
        "most_a_minute": MOST_IN_WINDOW,
    }


@endpoints.get("/openapi.json")
@needs(ITSELF)
@endpoints.doc(hide=True)
def openapi() -> Response:
    """This description, in OpenAPI 3.1."""
    return Response(json.dumps(specification()), mimetype="application/json")


def day_asked(name: str, text: str) -> date | None:
    """A day that has the form of one, and perhaps is none. Raises HTTPError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(name, "There is no such day.") from None


def moment_asked(name: str, text: str) -> datetime | None:
    """A moment with its zone that has the form of one, and perhaps is none. Raises HTTPError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except ValueError:
        raise _wrong(
            name,
            "Write a moment with its zone, as 2026-11-28T06:30:00Z, or with %2B for a plus as "
            "2026-11-28T09:30:00%2B03:00.",
        ) from None


def _wrong(name: str, said: str) -> HTTPError:
    return HTTPError(422, detail={"query": {name: [said]}})


@endpoints.get("/indicators")
@needs(INDICATORS)
@endpoints.input(IndicatorsAsked, location="query", arg_name="asked")
@endpoints.output(IndicatorsTold)
@endpoints.doc(operation_id="listIndicators", tags=["Indicators"])
def list_indicators(asked: IndicatorsAsked) -> dict[str, Any]:
    """All indicators of a quarter or a year."""
    period = read_period(asked.period)
    figures = LeavingFigures(period, _funder(asked), db.session())
    definitions = definitions_on(period.last, KEYS)
    return {"items": [_told(definitions[key], period, figures.of(key)) for key in KEYS]}


@endpoints.get("/indicators/<key>")
@needs(INDICATORS)
@endpoints.input(IndicatorAsked, location="query", arg_name="asked")
@endpoints.output(IndicatorInFull)
@endpoints.doc(operation_id="readIndicator", tags=["Indicators"])
def read_indicator(key: str, asked: IndicatorAsked) -> dict[str, Any]:
    """One indicator of a quarter or a year, told apart by one thing at most."""
    if key not in KEYS:
        raise NotFound
    period = read_period(asked.period)
    try:
        figure = LeavingFigures(period, _funder(asked), db.session()).of(key, asked.by)
    except DimensionProblem:
        # There is no such thing of this indicator.
        raise NotFound from None
    definition = definition_of(key, period.last)
    return _told(definition, period, figure) | {
        "by": asked.by,
        "adds_up": figure.adds_up,
        "cells": [
            {"value": cell.values[0], "count": cell.count} for cell in figure.cells if cell.values
        ],
    }


def _funder(asked: IndicatorsAsked) -> str | None:
    """The funder that is asked for, None for all workshops. Raises NotFound."""
    if not asked.funder:
        return None
    if asked.funder not in dict(funders()):
        raise NotFound
    return asked.funder


def _told(definition: Definition, period: Period, figure: LeavingFigure) -> dict[str, Any]:
    return {
        "key": definition.key,
        "title": definition.title,
        "version": definition.version,
        "definition": definition.text,
        "period": period.text,
        "count": figure.count,
        "community": figure.community,
        "community_starred": figure.starred,
    }


def page_told(
    asked: PageAsked, part: PageCut[Any], told: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """A page as it is told, each row by `told`, with the address of the page after its last id and
    whatever else was asked for; None on the last."""
    items = [told(row) for row in part.rows]
    following = None
    if part.more:
        parameters = {name: value for name, value in asked.model_dump().items() if value != ""}
        values = (request.view_args or {}) | parameters | {"after": items[-1]["id"]}
        following = url_for(str(request.endpoint), **values)
    return {"items": items, "next": following}


@endpoints.get("/workshops/<public_id>/attendance")
@needs(ATTENDANCE)
@endpoints.input(RegisterAsked, location="query", arg_name="asked")
@endpoints.output(RegisterTold)
@endpoints.doc(operation_id="readAttendance", tags=["Attendance"])
def read_attendance(public_id: str, asked: RegisterAsked) -> dict[str, Any]:
    """Police officers on the register of a workshop, by number, with each mark."""
    workshop = workshop_with_people(public_id, current_actor(), "attendance.see")
    part, marks = register_page(workshop.register_id, asked.after, asked.limit)
    statuses = [
        {"code": status.code, "weight": status.weight}
        for status in status_catalogue().values()
        if status.active and status.purpose in (ANY_PURPOSE, workshop.register.purpose)
    ]
    entries = page_told(
        asked,
        part,
        lambda entry: {"id": entry[0], "person": entry[1], "marks": marks.get(entry[2], [])},
    )
    return {"statuses": statuses} | entries


@endpoints.post("/workshops/<public_id>/attendance/operations")
@needs(MARKING)
@endpoints.input(OperationsSent, location="json", arg_name="sent")
@endpoints.output(AnswersTold)
@endpoints.doc(operation_id="markAttendance", tags=["Attendance"])
def mark_attendance(public_id: str, sent: OperationsSent) -> dict[str, Any]:
    """Make marks on the register of a workshop.

    Each is answered: applied, duplicate (it was applied before), conflict (another mark stands
    than the one that was known), or rejected with a reason.
    """
    key = read_key(request.headers.get("Idempotency-Key", ""))
    if key is None:
        raise ApiProblem(
            _l("Send an Idempotency-Key of 8 to 64 characters, a new one for each new request."),
            status=400,
            code="key-missing",
        )
    workshop = workshop_with_people(public_id, current_actor(), "attendance.mark")
    answers = apply_operations(
        bearer(),
        workshop.register.public_id,
        [_operation(operation, number) for number, operation in enumerate(sent.operations)],
        key=key,
        digest=digest_of(request.path, request.get_data()),
    )
    return {"answers": answers}


def _operation(sent: OperationSent, number: int) -> Operation:
    return Operation(
        op_id=sent.op_id,
        slot=sent.slot,
        entry=sent.entry,
        status=sent.status,
        expected_version=sent.expected_version,
        device_time=sent.made_at,
        device=SOURCE.device(bearer().public_id),
        device_sequence=number,
    )


@endpoints.get("/certificates")
@needs(CERTIFICATES)
@endpoints.input(CertificatesAsked, location="query", arg_name="asked")
@endpoints.output(CertificatesTold)
@endpoints.doc(operation_id="listCertificates", tags=["Certificates"])
def list_certificates(asked: CertificatesAsked) -> dict[str, Any]:
    """Issued certificates, by id."""
    today, since = local_today(), moment_asked("changed_since", asked.changed_since)
    part = certificates_after(current_actor(), asked.after, asked.limit, since)
    return page_told(asked, part, lambda certificate: _certificates_told(certificate, today))


@endpoints.get("/certificates/<serial>")
@needs(CERTIFICATES)
@endpoints.output(CertificateTold)
@endpoints.doc(operation_id="readCertificate", tags=["Certificates"])
def read_certificate(serial: str) -> dict[str, Any]:
    """One certificate, by its serial."""
    return _certificates_told(certificate_of(current_actor(), serial), local_today())


def _certificates_told(found: Certificate, today: date) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "serial": found.serial,
        "person": found.person.public_id,
        "title": found.public_title,
        "issued_on": found.issued_on,
        "expires_on": found.expires_on,
        "status": condition_on(
            today,
            revoked=found.revoked_at is not None,
            revoked_class=found.revoked_class,
            expires_on=found.expires_on,
        ),
    }


@endpoints.get("/people")
@needs(PEOPLE)
@endpoints.input(PeopleAsked, location="query", arg_name="asked")
@endpoints.output(PeopleTold)
@endpoints.doc(operation_id="listPeople", tags=["People"])
def list_people(asked: PeopleAsked) -> dict[str, Any]:
    """Police officers of one group, by id; nobody who is or may be under 18. Of another group the
    counts that left already."""
    since = moment_asked("changed_since", asked.changed_since)
    part = people_after(current_actor(), asked.group, asked.after, asked.limit, since)
    counts = counts_told(asked.group, db.session())
    return page_told(asked, part, _people_told) | {"counts": counts}


@endpoints.get("/people/<public_id>")
@needs(PEOPLE)
@endpoints.output(PersonTold)
@endpoints.doc(operation_id="readPerson", tags=["People"])
def read_person(public_id: str) -> dict[str, Any]:
    """One police officer."""
    return _people_told(person_within(current_actor(), public_id))


def _people_told(found: Person) -> dict[str, Any]:
    posting = found.present_posting
    return {
        "id": found.public_id,
        "group": found.group.letter,
        "sex": found.sex,
        "age_band": found.age_band,
        "cadre": found.cadre,
        "ward": found.ward,
        "station": None
        if posting is None
        else {
            "id": posting.organisation.public_id,
            "name": posting.organisation.name,
            "kind": posting.organisation.kind,
        },
        "changed_at": found.changed_at,
        "name": found.chosen_name if bearer().has(NAMES) else None,
    }


@blueprint.get("/reference")
@allow("api.see")
def reference() -> ResponseReturnValue:
    """All addresses for programs, with what each is sent and tells."""
    document = specification()
    return render_template(
        "api/reference.html",
        operations=list(_operations(document)),
        server=document["servers"][0]["url"],
        scopes=SCOPES,
        most=MOST_IN_WINDOW,
        largest=LARGEST_PAGE,
    )


@blueprint.get("/reference/openapi.json")
@allow("api.see")
def openapi_file() -> ResponseReturnValue:
    """The same as a file in OpenAPI 3.1."""
    answer = Response(json.dumps(specification(), indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=openapi.json"
    return answer


Schema = Mapping[str, Any]


def _operations(document: Schema) -> Iterator[dict[str, Any]]:
    """Each address and method, with what is sent and told."""
    schemas = document["components"]["schemas"]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            told = operation["responses"]["200"]["content"]["application/json"]["schema"]
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield {
                "key": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "text": operation.get("description", ""),
                "scope": operation["x-scope"],
                "parameters": [
                    {
                        "name": parameter["name"],
                        "kind": _kind(schema := parameter["schema"], {}),
                        "text": parameter.get("description") or schema.get("description", ""),
                        "required": parameter.get("required", False),
                    }
                    for parameter in operation.get("parameters", ())
                ],
                "sent": list(_parts(sent.get("schema", {}), schemas)),
                "told": list(_parts(told, schemas)),
            }


def _parts(schema: Schema, schemas: Schema, before: str = "") -> Iterator[dict[str, Any]]:
    """The parts of a form, those of forms within it among them: `name` with its place, as
    `items[].id`."""
    whole = _resolved(schema, schemas)
    for name, given in whole.get("properties", {}).items():
        inner, here = _resolved(given, schemas), f"{before}{name}"
        text = given.get("description") or inner.get("description", "")
        if inner.get("type") == "array":
            given = inner = inner["items"]
            here += "[]"
        required = name in whole.get("required", ())
        kind = _kind(given, schemas)
        yield {"name": here, "kind": kind, "text": text, "required": required}
        yield from _parts(inner, schemas, f"{here}.")


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    """A form itself, where it is named or may be null."""
    for option in (schema, *schema.get("anyOf", ())):
        if "$ref" in option:
            referred: Schema = schemas[option["$ref"].rsplit("/", 1)[1]]
            return referred
    return schema


def _kind(schema: Schema, schemas: Schema) -> str:
    """Kind of a value, in few words."""
    if "anyOf" in schema:
        return ", ".join(_kind(option, schemas) for option in schema["anyOf"])
    whole = _resolved(schema, schemas)
    if "enum" in whole:
        return ", ".join(str(choice) or '""' for choice in whole["enum"])
    return str(whole.get("format") or whole.get("type") or "object")


@endpoints.get("/releases")
@needs(RELEASES)
@endpoints.input(ReleasesAsked, location="query", arg_name="asked")
@endpoints.output(ReleasesTold)
@endpoints.doc(operation_id="listReleases", tags=["Releases"])
def list_releases(asked: ReleasesAsked) -> dict[str, Any]:
    """Printed tables about incidents, by id."""
    after = sorted(
        (table for table in printed_tables() if table.release_id > asked.after),
        key=lambda one: one.release_id,
    )
    return page_told(asked, cut(after, asked.limit), _releases_told)


def _releases_told(table: PrintedTable) -> dict[str, Any]:
    return {
        "id": table.release_id,
        "year": table.year,
        "table": table.key,
        "window": table.window,
        "freeze_on": table.freeze_on,
        "lines": [{"code": line.code, "printed": line.printed} for line in table.lines],
    }


@blueprint.get("/")
@allow("api.see")
@offers_table("tokens")
def index() -> ResponseReturnValue:
    """Tokens, all or one's own, or those of one connection."""
    actor, now = current_actor(), utc_now()
    connection = request.args.get("public_id", "")
    listing = queries.tokens(actor, connection if is_public_id(connection) else "")
    if is_taken():
        return taken(listing, token_columns(now))
    return render_template(
        "api/index.html",
        listing=listing,
        stands={token.public_id: token.stands(now) for token in listing},
        titles={scope.key: scope.title for scope in SCOPES},
        words=STANDS_WORDS,
        tones=STANDS_TONES,
        may_make=actor.may("api.make"),
    )


@blueprint.route("/ask", methods=["GET", "POST"])
@allow("api.make")
def ask() -> ResponseReturnValue:
    """Ask for a token for which one answers oneself."""
    form, actor = TokenForm(), current_actor()
    connections = queries.connections_to_choose()
    form.offer(connections, actor)
    if connections and form.validate_on_submit():
        with form.showing_problems():
            new_id = services.ask_for_token(form.request(), by=actor)
            return go(
                "api.token",
                _("Asked for. An administrator or a director agrees to it next."),
                public_id=new_id,
            )
    return page(
        "api/ask.html",
        form=form,
        connections=connections,
        notes={scope.key: scope.leaves for scope in SCOPES},
    )


@blueprint.get("/<public_id>")
@allow("api.see")
def token(public_id: str) -> ResponseReturnValue:
    """A token: what it may be used for, on whose word, and when it was last used."""
    return _page_of(queries.token(public_id, current_actor()), SendBackForm(formdata=None))


def _page_of(found: ApiToken, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, now = current_actor(), utc_now()
    stands, decision = found.stands(now), APPROVAL.offered(found, actor)
    waits = stands is TokenStands.ASKED
    standing = Standing.MAY
    if waits and actor.may("api.agree") and not decision.own:
        standing = queries.standing_towards(found, actor)
    return render_template(
        "api/token.html",
        found=found,
        stands=stands,
        waits=waits,
        over=stands in OVER,
        to_fetch=stands is TokenStands.AGREED and found.account_id == actor.account_id,
        scopes=[(scope_named(scope.scope), scope) for scope in found.scopes],
        period=PERIOD_WORDS.get(found.days, found.days),
        decision=decision,
        refused=STANDING_SENTENCES.get(standing, "") if standing is not Standing.MAY else "",
        names=names_of([*found.accounts, found.ended_by]),
        form=form,
        problem=problem,
        words=STANDS_WORDS,
        tones=STANDS_TONES,
    ), 409 if problem else 422 if form.errors else 200


def _page(public_id: str) -> ProposalPage[ApiToken]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.token(public_id, current_actor()),
        _page_of,
        url_for("api.token", public_id=public_id),
    )


@blueprint.post("/<public_id>/agree")
@allow("api.agree", fresh=True)
def agree(public_id: str) -> ResponseReturnValue:
    """Agree to what another asked for."""
    return _page(public_id).step(
        lambda one: services.agree_to_token(one.public_id, by=current_actor()),
        lambda _nothing: _("Agreed. The person who asked for it can fetch it within seven days."),
    )


@blueprint.post("/<public_id>/send-back")
@allow("api.agree")
def send_back(public_id: str) -> ResponseReturnValue:
    """Send back what was asked for, with the reason."""
    return _page(public_id).send_back(
        lambda one, reason: services.return_token(one.public_id, reason, by=current_actor()),
        _("Sent back."),
        as_organiser=False,
    )


@blueprint.post("/<public_id>/fetch")
@allow("api.make", fresh=True)
def fetch(public_id: str) -> ResponseReturnValue:
    """Fetch one's own token, and show it this once."""
    token = queries.token(public_id, current_actor())
    with FlashedProblems():
        secret = services.fetch_token(token.public_id, by=current_actor())
        return render_template(
            "api/shown.html",
            secret=secret,
            found=queries.token(public_id, current_actor()),
            address=public_address() + url_for("api_v1.about_token"),
        )
    return go("api.token")


@blueprint.route("/<public_id>/end", methods=["GET", "POST"])
@allow("api.see")
def end(public_id: str) -> ResponseReturnValue:
    """End a token: the person who sees it may, since that is never wrong for long."""
    token = queries.token(public_id, current_actor())
    if request.method == "POST":
        services.end_token(token.public_id, by=current_actor())
        return go("api.token", _("Ended. The other system is refused from now on."))
    return render_template("api/end.html", found=token)


@endpoints.get("/workshops")
@needs(WORKSHOPS)
@endpoints.input(WorkshopsAsked, location="query", arg_name="asked")
@endpoints.output(WorkshopsTold)
@endpoints.doc(operation_id="listWorkshops", tags=["Workshops"])
def list_workshops(asked: WorkshopsAsked) -> dict[str, Any]:
    """Workshops, by id."""
    part = workshops_after(
        current_actor(),
        asked.after,
        asked.limit,
        day_asked("first", asked.first),
        day_asked("last", asked.last),
        moment_asked("changed_since", asked.changed_since),
    )
    return page_told(asked, part, _workshops_told)


@endpoints.get("/workshops/<public_id>")
@needs(WORKSHOPS)
@endpoints.output(WorkshopInFull)
@endpoints.doc(operation_id="readWorkshop", tags=["Workshops"])
def read_workshop(public_id: str) -> dict[str, Any]:
    """One workshop with its sessions."""
    workshop = workshop_with_people(public_id, current_actor(), "workshops.see")
    return _workshops_told(workshop) | {
        "sessions": [
            {
                "slot": session.slot.public_id,
                "title": session.title,
                "starts_at": session.slot.starts_at,
                "minutes": session.slot.minutes,
                "closed": session.slot.closed_at is not None,
            }
            for session in sessions_of(workshop)
        ]
    }


def _workshops_told(found: Workshop) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "title": found.version.public_title,
        "course": found.version.course.public_id,
        "language": found.version.language,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "state": found.state,
        "venue": None if found.venue is None else found.venue.name,
        "changed_at": found.changed_at,
    }
