"""Definitions of indicators: what holds now, what held before, and what is proposed. All
indicators of a period, and one of them told apart. The four levels on one page: reaction,
learning, behaviour, results. The people behind a cell, one group at a time. The two views of
workshops that several funders share. Targets: what is to be reached in which period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.assessments.evaluations.rules import FEWEST
from kash.assessments.forms import OFTEN, TELLER
from kash.certificates.coverage.queries import all_groups
from kash.feature import declared
from kash.figures.indicators import blueprint, services
from kash.figures.indicators.forms import (
    ChangeTargetForm,
    TargetForm,
    definition_form,
    figures_asked,
)
from kash.figures.indicators.models import APPROVAL, IndicatorDefinition, Target
from kash.figures.indicators.queries import definitions as queries
from kash.figures.indicators.queries import figures
from kash.figures.indicators.queries.definitions import (
    DIMENSION_WORDS,
    ShowsResults,
    TargetFor,
    defined_text,
    definition_of,
    definitions_on,
    period_text_words,
    rule_text,
    targets_in,
    value_word,
)
from kash.figures.indicators.queries.levels import course_gains, course_practice, reactions
from kash.figures.indicators.rules import (
    INDICATORS,
    KEYS,
    LONGEST_TEXT,
    MOST_DIMENSIONS,
    FigureTable,
    IndicatorKey,
    quarter_holding,
)
from kash.people.models import Person
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.web import current_actor, listing, page
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.lists import paged
from kash.platform.web.pages import go
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow


@blueprint.get("/definitions")
@allow("indicators.see")
def definitions() -> ResponseReturnValue:
    """All definitions that hold now."""
    return render_template(
        "indicators/definitions.html",
        definitions=queries.definitions_on(local_today(), KEYS).values(),
        waiting={version.key for version in queries.all_waiting()},
    )


@blueprint.get("/definitions/<key>")
@allow("indicators.see")
def definition(key: str) -> ResponseReturnValue:
    """The definition of an indicator with all of its versions."""
    return _page_of(_known(key), SendBackForm(formdata=None))


def _known(key: str) -> str:
    if key not in INDICATORS:
        raise NotFound
    return key


def _page_of(key: str, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, versions = current_actor(), queries.versions_of(key)
    waiting = next((version for version in versions if version.state == "proposed"), None)
    return render_template(
        "indicators/definition.html",
        present=queries.definition_of(key, local_today()),
        standard=queries.standard(key),
        defined_text=defined_text,
        title_of=queries.title_of,
        versions=versions,
        waiting=waiting,
        decision=APPROVAL.offered(waiting, actor) if waiting is not None else None,
        names=names_of(name for version in versions for name in version.accounts),
        may_define=actor.may("indicators.define") and waiting is None,
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


@blueprint.route("/definitions/<key>/new", methods=["GET", "POST"])
@allow("indicators.define")
def propose_definition(key: str) -> ResponseReturnValue:
    """Propose another definition of an indicator."""
    present = queries.definition_of(_known(key), local_today())
    form = definition_form(key)(
        data={"title": present.title, "remark": present.remark, "from_day": local_today()}
        | {f"least_{name}": least for name, least in asdict(present.least).items()}
    )
    if form.validate_on_submit():
        with form.showing_problems():
            services.propose_definition(key, form.details(), by=current_actor())
            return go("indicators.definition", _("Proposed. A director reads it next."))
    return page(
        "indicators/definition_form.html",
        form=form,
        present=present,
        rule=rule_text(key, present.least),
        numbers=[form[f"least_{name}"] for name in INDICATORS[key].least],
    )


def _step(public_id: str) -> ProposalPage[IndicatorDefinition]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.version(public_id),
        lambda row, form, problem: _page_of(_known(row.key), form, problem),
        url_for("indicators.definition", key=queries.version(public_id).key),
    )


@blueprint.post("/definitions/waiting/<public_id>/approve")
@allow("indicators.approve")
def approve_definition(public_id: str) -> ResponseReturnValue:
    """Approve a definition; nothing in it changes from then on."""
    return _step(public_id).step(
        lambda one: services.approve_definition(one.public_id, by=current_actor()),
        lambda _nothing: _("Approved. It holds for periods that end from its first day on."),
    )


@blueprint.post("/definitions/waiting/<public_id>/send-back")
@allow("indicators.approve")
def return_definition(public_id: str) -> ResponseReturnValue:
    """Send a definition back, with what must be put right."""
    return _step(public_id).send_back(
        lambda one, reason: services.return_definition(one.public_id, reason, by=current_actor()),
        _("Sent back. Another can be proposed now."),
        as_organiser=False,
    )


MOST_BARS = 15
# What is learned is told as a gain, on the page of the four levels.
SHOWN = tuple(key for key in KEYS if key != IndicatorKey.GAIN)


INDICATOR_COLUMNS: Sequence[TableColumn[figures.IndicatorLine]] = (
    TableColumn(_l("Indicator"), lambda line: line.definition.title, "#indicator+name"),
    TableColumn(_l("Count"), lambda line: line.count, "#indicator+num"),
    TableColumn(_l("To reach"), lambda line: line.target, "#targeted"),
    TableColumn(_l("Reached, in per cent"), lambda line: line.share, "#indicator+pct"),
    TableColumn(_l("Period before"), lambda line: line.before, "#indicator+num+before"),
    TableColumn(_l("Definition, version"), lambda line: line.definition.version, "#meta+version"),
    TableColumn(_l("Definition"), lambda line: line.definition.text, "#description"),
)


@blueprint.get("/")
@allow("indicators.see")
@offers_table("indicators")
def index() -> ResponseReturnValue:
    """All indicators of a period against their targets."""
    question = figures_asked()
    if question.problem is not None:
        return render_template("indicators/no_period.html", asked=question), question.problem.status
    if request.args.get("first") and not is_taken():
        return go("indicators.index", _external=False, **question.arguments)
    lines = figures.indicator_lines(SHOWN, question.period, question.funder)
    if is_taken():
        return taken(lines, INDICATOR_COLUMNS)
    actor = current_actor()
    return render_template(
        "indicators/index.html", asked=question, lines=lines, may_set=actor.may("targets.set")
    )


def dimensions_asked(key: str, *, unsaid: bool = False) -> tuple[str, ...]:
    """The dimensions that the address asks for, of those by which an indicator is told apart; the
    first of these if it says nothing and that is `unsaid`."""
    possible = INDICATORS[key].dimensions
    if unsaid and "by" not in request.args:
        return possible[:1]
    wanted = (request.args.get("by", ""), request.args.get("then", ""))
    return tuple(dict.fromkeys(dimension for dimension in wanted if dimension in possible))[
        :MOST_DIMENSIONS
    ]


def cell_lines(table: FigureTable) -> list[dict[str, Any]]:
    """The cells of a table with their values in words, and the arguments of the address of their
    people; a query for each dimension at most."""
    names = {
        name: figures.value_names(name, [cell.values[place] for cell in table.cells])
        for place, name in enumerate(table.dimensions)
    }
    asked = dict(zip(("by", "then"), table.dimensions, strict=False))
    return [
        {
            "words": [
                value_word(name, value, names[name])
                for name, value in zip(table.dimensions, cell.values, strict=True)
            ],
            "cell": cell,
            "arguments": asked | dict(zip(("value", "other"), cell.values, strict=False)),
        }
        for cell in table.cells
    ]


def cell_columns(table: FigureTable) -> list[TableColumn[Any]]:
    """Columns of a table that is taken along."""

    def word(place: int) -> TableColumn[Any]:
        label = DIMENSION_WORDS[table.dimensions[place]]
        return TableColumn(label, lambda line: line["words"][place], "#meta")

    return [
        *(word(place) for place in range(len(table.dimensions))),
        TableColumn(_l("Count"), lambda line: line["cell"].count, "#indicator+num"),
        TableColumn(_l("Period"), lambda _line: table.period.text, "#date+period"),
        TableColumn(_l("Definition, version"), lambda _line: table.version, "#meta+version"),
    ]


def _picture(table: FigureTable, lines: Sequence[dict[str, Any]]) -> str:
    """Bars of a table that is told apart by one thing, where they are few enough to be read."""
    if len(table.dimensions) != 1 or not 1 < len(lines) <= MOST_BARS:
        return ""
    labels = [line["words"][0] for line in lines]
    title = str(DIMENSION_WORDS[table.dimensions[0]])
    return picture_of(bar_chart(title, labels, {title: [line["cell"].count for line in lines]}))


@blueprint.get("/<key>")
@allow("indicators.see")
@offers_table("indicator")
def figure(key: str) -> ResponseReturnValue:
    """An indicator in a period, told apart by what the address asks for."""
    if key not in INDICATORS:
        raise NotFound
    question = figures_asked()
    if question.problem is not None:
        return render_template("indicators/no_period.html", asked=question), question.problem.status
    dimensions = dimensions_asked(key, unsaid=True)
    actor = current_actor()
    table = figures.table_of(key, question.period, dimensions, funder=question.funder, actor=actor)
    lines = cell_lines(table)
    if is_taken():
        return taken(lines, cell_columns(table))
    return render_template(
        "indicators/figure.html",
        asked=question,
        table=table,
        definition=definitions_on(question.period.last, (key,))[key],
        indicator=INDICATORS[key],
        listing=paged(lines),
        picture=_picture(table, lines),
        target=targets_in(question.period, question.funder).get(key, TargetFor()),
    )


@blueprint.get("/levels")
@allow("indicators.see")
def levels() -> ResponseReturnValue:
    """The four levels of a period: reaction, learning, behaviour and results."""
    question = figures_asked()
    if question.problem is not None:
        return render_template("indicators/no_period.html", asked=question), question.problem.status
    return render_template(
        "indicators/levels.html",
        asked=question,
        reactions=reactions(question.period, current_actor().language, question.funder),
        gains=course_gains(question.period, question.funder),
        practice=course_practice(question.period, question.funder),
        results=[
            table for part in declared(ShowsResults) for table in part.read(question.period.last)
        ],
        fewest=FEWEST,
        often=OFTEN,
        tellers=TELLER,
    )


PEOPLE_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda person: person[0], "#contact+name"),
    TableColumn(_l("Rank or cadre"), lambda person: person[2], "#contact+type"),
    TableColumn(_l("Ward"), lambda person: person[3], "#adm4+name"),
)


@blueprint.get("/<key>/people")
@allow("indicators.see")
@offers_table("people", names=True)
def people(key: str) -> ResponseReturnValue:
    """The people in a cell, as far as the reader reaches them."""
    if key not in INDICATORS or not INDICATORS[key].people:
        raise NotFound
    question, actor = figures_asked(), current_actor()
    if question.problem is not None:
        return render_template("indicators/no_period.html", asked=question), question.problem.status
    table = figures.table_of(
        key, question.period, dimensions_asked(key), funder=question.funder, actor=actor
    )
    given = (request.args.get("value", ""), request.args.get("other", ""))
    values = given[: len(table.dimensions)]
    line = one_or_404(
        next((listed for listed in cell_lines(table) if listed["cell"].values == values), None)
    )
    shown = figures.behind(line["cell"].people, request.args.get("group", ""))
    rows = listing(
        shown.people,
        sorts={"name": Person.sort_name, "cadre": Person.cadre, "ward": Person.ward},
        default_sort="name",
        key=Person.id,
        counted=shown.counts.get(shown.letter, 0),
    )
    if is_taken():
        return taken(rows, PEOPLE_COLUMNS)
    return render_template(
        "indicators/people.html",
        asked=question,
        key=key,
        definition=definition_of(key, question.period.last),
        line=line,
        dimensions=table.dimensions,
        found=shown,
        listing=rows,
    )


COUNTED = tuple(key for key, indicator in INDICATORS.items() if indicator.people)


SHARED_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Funder"), lambda line: line["name"], "#org+funder"),
    TableColumn(_l("Reached with its support"), lambda line: line["row"].reached, "#reached"),
    TableColumn(_l("Its share of all"), lambda line: line["row"].weighted, "#reached+weighted"),
)


@blueprint.get("/shared")
@allow("indicators.see")
@offers_table("shared")
def shared() -> ResponseReturnValue:
    """Whole people of each funder, beside shares that add up to all."""
    question = figures_asked()
    if question.problem is not None:
        return render_template("indicators/no_period.html", asked=question), question.problem.status
    key = request.args.get("of", "")
    key = key if key in COUNTED else str(IndicatorKey.COMPLETED)
    rows = figures.shared_views(key, question.period)
    names = figures.value_names("funder", [funder.funder for funder in rows])
    lines = [{"name": value_word("funder", funder.funder, names), "row": funder} for funder in rows]
    if is_taken():
        return taken(lines, SHARED_COLUMNS)
    return render_template(
        "indicators/shared.html",
        asked=question,
        key=key,
        definitions=definitions_on(question.period.last, COUNTED),
        lines=lines,
        total=sum(funder.weighted for funder in rows),
    )


TARGET_COLUMNS: list[TableColumn[Target]] = [
    TableColumn(_l("Indicator"), lambda target: target.key, "#indicator+code"),
    TableColumn(_l("Period"), lambda target: target.period, "#date+period"),
    TableColumn(
        _l("Funder"), lambda target: target.funder.name if target.funder else "", "#org+funder"
    ),
    TableColumn(_l("Group"), lambda target: target.group.letter if target.group else "", "#group"),
    TableColumn(_l("To reach"), lambda target: target.value, "#targeted"),
]


@blueprint.get("/targets")
@allow("indicators.see")
@offers_table("targets")
def targets() -> ResponseReturnValue:
    """All targets, the latest period first."""
    targets_set = queries.all_targets()
    if is_taken():
        return taken(targets_set, TARGET_COLUMNS)
    return page(
        "indicators/targets.html",
        listing=paged(targets_set),
        titles={
            key: definition.title for key, definition in definitions_on(local_today(), KEYS).items()
        },
        words=period_text_words,
        may_set=current_actor().may("targets.set"),
    )


@blueprint.route("/targets/new", methods=["GET", "POST"])
@allow("targets.set")
def add_target() -> ResponseReturnValue:
    """Set a target."""
    period = request.args.get("period", "")[:LONGEST_TEXT]
    form = TargetForm(
        data={
            "key": request.args.get("key", ""),
            "period": period or quarter_holding(local_today()).text,
            "funder": request.args.get("funder", ""),
        }
    )
    definitions = definitions_on(local_today(), KEYS)
    form.key.choices = [(key, choice.title) for key, choice in definitions.items()]
    form.funder.choices = [("", _("The whole programme")), *figures.funders()]
    form.group.choices = [
        ("", _("All groups")),
        *((choice.letter, _("Group %(letter)s", letter=choice.letter)) for choice in all_groups()),
    ]
    if form.validate_on_submit():
        with form.showing_problems():
            services.add_target(form.details(), by=current_actor())
            return go("indicators.targets", _("Saved."))
    return page("indicators/target_form.html", form=form)


@blueprint.route("/targets/<public_id>/edit", methods=["GET", "POST"])
@allow("targets.set")
def change_target(public_id: str) -> ResponseReturnValue:
    """Change the value of a target."""
    target = queries.target(public_id)
    form = ChangeTargetForm(data={"value": target.value, "row_version": str(target.row_version)})
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_target(
                public_id, form.value.data or 0, form.row_version_shown, by=current_actor()
            )
            return go("indicators.targets", _("Saved."))
        target = queries.target(public_id)
    if form.changed_meanwhile:
        form.compare({"value": target.value, "row_version": target.row_version})
    return page(
        "indicators/target_form.html",
        form=form,
        found=target,
        title=definitions_on(local_today(), (target.key,))[target.key].title,
        period=period_text_words(target.period),
    )


@blueprint.post("/targets/<public_id>/remove")
@allow("targets.set")
def remove_target(public_id: str) -> ResponseReturnValue:
    """Take a target away."""
    target = queries.target(public_id)
    title = definitions_on(local_today(), (target.key,))[target.key].title
    gone = f"{title}, {period_text_words(target.period)}: {target.value}"
    services.remove_target(public_id, by=current_actor())
    return go("indicators.targets", _("Removed: %(what)s", what=gone))
