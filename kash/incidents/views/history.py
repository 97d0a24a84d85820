"""Her first account beside today's record, changes since, and how the account was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

from kash.incidents import blueprint, names, taking_words
from kash.incidents.documents.first_account import FILE_NAME, archive
from kash.incidents.errors import StaysHere
from kash.incidents.forms.casework import RedactForm
from kash.incidents.forms.evidence import AccountForm
from kash.incidents.forms.taking import TakingForm
from kash.incidents.queries.cases import Case
from kash.incidents.queries.history import (
    KeptAccount,
    all_accounts_of,
    history_of,
    who_keeps_accounts,
    whom_accounts_tell_of,
)
from kash.incidents.queries.second_member import seconds
from kash.incidents.rules.changes import asks_why
from kash.incidents.rules.record import Record
from kash.incidents.rules.taking import Taking
from kash.incidents.sections import CaseSection
from kash.incidents.services.cases import note_opening
from kash.incidents.services.documentation import CLOSED
from kash.incidents.services.redacting import ask_redaction
from kash.incidents.services.second_member import OnHold, ProposedAlready
from kash.incidents.services.taking import give_account as given_account
from kash.incidents.services.taking import say_how_taken
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.changed_places import ShownChanges
from kash.incidents.views.evidence import codes_of, papers_for
from kash.incidents.views.labels import value_label
from kash.incidents.views.second_member import asked
from kash.platform.database import db
from kash.platform.web import download, page
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import zone
from kash.platform.web.lists import paged
from kash.policy import Actor, allow

_PER_PAGE = 20


@dataclass(frozen=True)
class Pair:
    """One part of an account: how it came in, and how it stands today."""

    label: str
    first: str
    today: str


@blueprint.get("/<reference>/h")
@allow("incidents.see")
@require_vault
def changes(reference: str) -> ResponseReturnValue:
    """Her first account beside today's, and every change since."""
    actor, vault, case = load_case(reference)
    note_opening(actor, vault, case, "changes_opened")
    history = history_of(vault, case)
    listing = paged(history.changes, per_page=_PER_PAGE)
    shown = ShownChanges(listing.rows, case.record)
    who = {one.by for one in listing.rows}
    for one in history.accounts:
        who |= {one.account.author, one.account.kept_by}
    who |= whom_it_names(case.record)
    return page(
        "incidents/changes.html",
        case=case,
        accounts=[(one, pairs(one, case.record)) for one in history.accounts],
        changes=[(one, shown.places(one)) for one in listing.rows],
        listing=listing,
        damaged=history.damaged,
        names=account_names(who - {""}),
        taking=told(case.record.taking),
        may_edit=actor.may("incidents.edit") and case.state not in CLOSED,
        may_ask=actor.may("incidents.edit"),
    )


def whom_it_names(record: Record) -> set[str]:
    """Accounts of those by whom words were taken out, or the first account was given out."""
    who = {account for one in record.taken_out for account in (one.by, one.second)}
    return who | {one.by for one in record.accounts_given}


@blueprint.route("/<reference>/h/out", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def give_account(reference: str) -> ResponseReturnValue:
    """Give her first account to somebody outside, once it is said to whom and why."""
    actor, vault, case = load_case(reference)
    form = AccountForm()
    accounts = all_accounts_of(vault, case.record)
    stays = who_keeps_accounts(case.record, accounts) if accounts else []
    papers, unasked = papers_for(case.record, whom_accounts_tell_of(case.record, accounts))
    form.offer_papers(papers)
    if form.is_submitted() and stays:
        raise StaysHere
    if form.validate_on_submit():
        with form.showing_problems():
            paper, reason = form.court_paper, form.more.data
            case, accounts = given_account(actor, vault, reference, paper, reason)
            made = archive(case.record, accounts, case.record.accounts_given[-1])
            return download(made, name=FILE_NAME, type="application/zip")
    if not form.is_submitted():
        note_opening(actor, vault, case)
    return page(
        "incidents/give_account.html",
        form=form,
        case=case,
        accounts=accounts,
        papers=papers,
        unasked=unasked,
        stays=codes_of(case.record, stays),
    )


@blueprint.route("/<reference>/h/words", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def redact(reference: str) -> ResponseReturnValue:
    """Ask that words are taken out of all that is kept of a case."""
    actor, vault, case = load_case(reference)
    form = RedactForm()
    if form.validate_on_submit():
        with form.showing_problems(OnHold, ProposedAlready):
            ask_redaction(actor, vault, reference, form.lines(), form.reason.data)
            return asked(reference)
    return page(
        "incidents/redact.html",
        form=form,
        case=case,
        nobody=not seconds(db.session(), actor.public_id, case.seen),
    )


@blueprint.route("/<reference>/t", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def taking(reference: str) -> ResponseReturnValue:
    """Say how the account was taken."""
    actor, vault, case = load_case(reference)
    form = TakingForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
        form = TakingForm(formdata=None, data=_known(case.record).model_dump())
        form.version.data = str(case.version)
    elif form.validate():
        with form.showing_problems():
            say_how_taken(
                actor,
                vault,
                reference,
                form.version_shown(),
                form.taking(),
                form.why.data,
            )
            flash(_("Saved."))
            return redirect(url_for("incidents.case", reference=reference))
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
            form.version.data, form.version.raw_data = str(case.version), None
    return page(
        "incidents/taking.html",
        form=form,
        case=case,
        languages=names_of_languages(),
        asks_why=asks_why(case.record) and case.record.taking.is_said(),
        said_before=case.record.taking.is_said(),
        over=case.state in CLOSED,
    )


def names_of_languages() -> list[str]:
    """Languages that are offered while one is typed."""
    return ["Dholuo", "English", "Kiswahili", "Ekegusii", "Luluhya", _("Sign language")]


def _known(record: Record) -> Taking:
    """Taking as it was told, and where nothing was, as far as the record says it already."""
    if record.taking.is_said() or not record.information:
        return record.taking
    source = record.information[0].source
    return Taking(told_by=source if source in names.SOURCE_NAMES else "")


def pairs(kept: KeptAccount, record: Record) -> list[Pair]:
    """A first account beside today's record, part by part; parts that neither has are left out."""
    try:
        first = kept.account.as_record(zone())
    except ValidationError:
        return []
    then, now = _parts(first), _parts(record)
    return [
        Pair(str(label), then[label], now[label]) for label in then if then[label] or now[label]
    ]


def _parts(record: Record) -> dict[Any, str]:
    happening, place = record.happening, record.place
    known = [day for day in (happening.begun_on, happening.ended_on) if day]
    days = [value_label("day", day, record) for day in known]
    wanted = [value_label("wanted", record.wanted, record)] if record.wanted else []
    return {
        _("When"): ", ".join(filter(None, [*days, happening.about_when])),
        _("Where"): ", ".join(filter(None, [place.ward, place.place])),
        _("To whom it was done"): ", ".join(
            f"{one.code}: {names.AGE_BAND_NAMES.get(one.age_band, one.age_band)}"
            for one in record.persons
        ),
        _("Who took part on the other side"): "\n".join(
            ", ".join(
                filter(
                    None,
                    [
                        str(names.PARTY_KIND_NAMES.get(one.kind, one.kind)),
                        one.station_name,
                        one.service_number,
                        one.description,
                    ],
                )
            )
            for one in record.parties
        ),
        _("What was done"): "\n".join(
            ": ".join(
                filter(None, [str(names.ACT_NAMES.get(one.code, one.code)), one.circumstances])
            )
            for one in record.acts
        ),
        _("In her words"): record.narrative,
        _("What is asked for"): "\n".join(filter(None, [*wanted, record.asked_for])),
        _("From whom it is known"): ", ".join(
            str(names.SOURCE_NAMES.get(one.source, one.source)) for one in record.information
        ),
    }


def told(taking: Taking) -> list[tuple[Any, str]]:
    """Labels and words on how an account was taken."""

    def words(codes: list[str], called: Mapping[str, Any]) -> str:
        return ", ".join(str(called.get(one, one)) for one in codes if one)

    said = [
        (_("Language"), taking.language),
        (_("Who told it"), words([taking.told_by], names.SOURCE_NAMES)),
        (_("Who interpreted"), words([taking.interpreter], taking_words.INTERPRETER_NAMES)),
        (_("Read back to her"), words([taking.read_back], taking_words.READ_BACK_NAMES)),
        (_("Who else was there"), words(taking.present, taking_words.PRESENT_NAMES)),
        (_("Told before to"), words(taking.told_before, taking_words.TOLD_BEFORE_NAMES)),
    ]
    return [(label, text) for label, text in said if text]


def _part(case: Case, actor: Actor) -> Mapping[str, Any]:
    taking = case.record.taking
    before = [str(taking_words.TOLD_BEFORE_NAMES[one]) for one in taking.was_taken_down()]
    return {
        "taking": told(taking),
        "before": ", ".join(before),
        "kept": bool(case.record.first_accounts),
        "waits": bool(case.screens) or case.state == "draft",
        "names": account_names(found) if (found := whom_it_names(case.record)) else {},
        "may_edit": actor.may("incidents.edit") and case.state not in CLOSED,
    }


SECTION = CaseSection(
    "account", _l("Her first account"), "incidents/first_account_part.html", 20, _part, beside=True
)
