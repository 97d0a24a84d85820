"""Chapters of the handbook that tell about reports and cases. Columns of this room's tables,
sorted by what they hold about a person. Cases on Today. While the vault is closed a member reads
the same words whether or not anything came. Words of the audit trail for what is done here: the
room, then what happened. The declaration of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from kash.accounts.members.queries import SealedPage, identity_request_lines, may_hold_keys
from kash.accounts.services.locking import Revocation
from kash.feature import Feature
from kash.incidents import blueprint, near, views
from kash.incidents.models import (
    BeforeSaving,
    Closing,
    Incident,
    MediationBrief,
    Occasions,
    Shredding,
)
from kash.incidents.queries.cases import find_workshops, is_kept_away, workshops_named
from kash.incidents.queries.letterbox import (
    compartments_of_letters,
    number_waits_for,
    own_in_letterbox,
    roster,
    somebody_is_left_silent,
)
from kash.incidents.queries.mediation import (
    asked_briefs,
    briefs_waiting,
    documents_of_evidence,
    officers_numbers,
)
from kash.incidents.queries.officers import all_settings, few_custodians, what_is_missing
from kash.incidents.rules.casework import COME_AT
from kash.incidents.rules.filing import KIND as FIRST_ACCOUNT
from kash.incidents.rules.totals import ORIGINAL, file_key, in_order
from kash.incidents.services import brief_endings, mediation
from kash.incidents.services import documentation as following_up
from kash.incidents.services.alerts import alert_officers
from kash.incidents.services.documentation import KIND as IDENTITY
from kash.incidents.services.documentation import WaitingCases, what_waits
from kash.incidents.services.evidence import delete_orphans, shred_evidence
from kash.incidents.services.filing import shred_old_drafts
from kash.incidents.services.letterbox import (
    mix_reports,
    remind_members,
    send_reminder,
    tend_letterbox,
)
from kash.incidents.services.mediation import follow_briefs, shred_notes
from kash.incidents.services.second_member import shred_unkept
from kash.incidents.views import cases as case_file
from kash.incidents.views import casework as decisions
from kash.incidents.views import consents, evidence, history
from kash.incidents.views import mediation as bail
from kash.incidents.views.cases import moved
from kash.incidents.views.evidence import identity_address
from kash.incidents.views.near import take_without_token
from kash.people.erasure import about_things
from kash.people.rules.directory import minute_of_week
from kash.people.words import phone_text
from kash.platform.database import unless_full, utc_now
from kash.platform.handbook.places import OFFICER, Chapters, each, peers
from kash.platform.jobs import Chore, JobKind
from kash.platform.storage import NamedFiles
from kash.platform.vault.documents import WrittenOnce
from kash.platform.vault.membership import SealedElsewhere
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.parts import ActionWords, Destination, SettingLine
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role

_WRITERS = (Role.DOCUMENTATION, Role.CUSTODIAN)
_READERS = (*_WRITERS, Role.DIRECTOR)
# Headings of the officer's chapter, each with the pages that it tells about.
_FOR_WRITERS = {
    "write-down-a-case": "new_case edit_case",
    "somebody-telephones": "phone_in",
    "her-first-account-and-changes": "taking redact give_account",
    "consents": "consents consent_form court_asks",
    "what-is-wanted": "her_choice",
    "referrals-and-what-was-agreed": "referrals contact terms bail correct_bail remove_bail",
    "print-a-case-file": "case_file",
    "the-steps-of-a-case": "step assign shred hand_over",
    "who-must-not-work-on-a-case": "declare",
    "who-somebody-is": "identity ask_identity identity_of",
    "clocks": "limits",
    "belongs-with": "links",
}
_FOR_READERS = {
    "her-first-account-and-changes": "changes",
    "mediators": "ask_mediator ask_next duty_list add_mediator edit_mediator remove_mediator",
    "evidence": "add_evidence evidence evidence_label evidence_original remove_evidence",
    "the-second-member": "seconds_list second hold_case lift_hold",
}
_FILING = "peer-educator#tell-what-happened"

CHAPTERS = Chapters(
    {
        "incidents": {
            Role.DOCUMENTATION: f"{OFFICER}#incidents",
            Role.CUSTODIAN: "custodian#custodians",
            Role.DIRECTOR: f"{OFFICER}#incidents",
        },
        **{
            endpoint: place
            for roles, headings in ((_WRITERS, _FOR_WRITERS), (_READERS, _FOR_READERS))
            for heading, pages in headings.items()
            for endpoint, place in each(
                "incidents", pages, dict.fromkeys(roles, f"{OFFICER}#{heading}")
            ).items()
        },
        **each(
            "incidents",
            "filing filing_step receipt help_now paper leaflet card",
            peers(_FILING, dict.fromkeys(_WRITERS, _FILING)),
        ),
        **dict.fromkeys(
            ("near.help_near", "near.away", "near.worker"), "signing-in#help-without-an-account"
        ),
        "near.receipt": "signing-in#look-at-a-receipt-without-an-account",
        **each(
            "incidents",
            "briefs answer_brief close_brief own_duty",
            peers("peer-educator#if-you-mediate"),
        ),
        **each(
            "incidents",
            "decisions decision term_to_bail",
            {Role.CUSTODIAN: "custodian#money-and-officers"},
        ),
        **each(
            "incidents",
            "officers officer duty_sheet",
            {
                Role.DIRECTOR: "director#officers-on-duty",
                Role.DOCUMENTATION: f"{OFFICER}#when-you-get-sign-in",
            },
        ),
        "incidents.number": {
            Role.DIRECTOR: "director#officers-on-duty",
            **dict.fromkeys(_WRITERS, f"{OFFICER}#when-you-get-sign-in"),
        },
        "incidents.outside": dict.fromkeys(
            (Role.CUSTODIAN, Role.DIRECTOR), "custodian#cases-for-a-custodian-alone"
        ),
    }
)


PERSONAL = (
    *about_things(
        filing_quota="body",
        incident="state receipt_hash receipt_notes",
        incident_draft="code_hash",
        incident_draft_screen="screen",
        letterbox="body",
        mediation_brief="state note_sealed outcome_sealed",
        mediator_duty="phone_sealed spoken note",
        officer_duty="phone_sealed",
    ),
)


@dataclass(frozen=True)
class VaultWords:
    """The words of Today for a member of the vault. While it is closed: that she may open it. While
    it is open: `cases`, and the `requests` to read who somebody is that she may decide."""

    cases: WaitingCases | None = None
    requests: int = 0

    @property
    def hours(self) -> str:
        """The hours at which reports come."""
        return ", ".join(f"{hour}:00" for hour in COME_AT)


def _vault(asked: Viewer) -> Sequence[VaultWords]:
    actor, vault = asked.actor, asked.vault
    if not actor.may("incidents.see") or not may_hold_keys(actor):
        return []
    if vault is None or not vault.holds("case"):
        return [VaultWords()]
    lines = identity_request_lines(actor) if actor.may("vault.unseal") else []
    cases = None
    # What was looked through is noted. Without room for the note there is no look, but there is
    # the rest of the page.
    with unless_full():
        cases = what_waits(actor, vault, asked.now)
    if cases is None:
        return [VaultWords()]
    return [VaultWords(cases, sum(line.state == "waits" and not line.mine for line in lines))]


def _briefs(asked: Viewer) -> Sequence[TodayLine]:
    count = briefs_waiting(asked.actor) if asked.actor.may("incidents.briefs") else 0
    if not count:
        return []
    return [
        TodayLine(
            _("You are asked to mediate"),
            url_for("incidents.briefs"),
            _("Say whether you can."),
            key=count,
            button=_("Read"),
        )
    ]


def _silent(asked: Viewer) -> Sequence[TodayLine]:
    """For a custodian, whose phone rings of a case that she may not open: to call an officer."""
    if Role.CUSTODIAN not in asked.actor.roles or not somebody_is_left_silent():
        return []
    order = in_order(roster(), minute_of_week(to_local(asked.now)))
    numbers = officers_numbers([officer.account for officer in order])
    called = ", ".join(
        f"{officer.name} {phone_text(numbers.get(officer.account, ''))}".strip()
        for officer in order
    )
    first = next((numbers[one.account] for one in order if one.account in numbers), "")
    return [
        TodayLine(
            _("A case with somebody held has been silent"),
            # Of the case itself she may read nothing.
            f"tel:{first}" if first else url_for("incidents.index"),
            _("Call the officers on duty, in this order: %(officers)s.", officers=called),
            button=_("Call %(number)s", number=phone_text(first)) if first else _("Look"),
        )
    ]


def _may_have_asked(asked: Viewer) -> ColumnElement[bool] | None:
    if not asked.actor.may("incidents.edit"):
        return None
    return select(MediationBrief.id).exists()


def _asked_briefs(asked: Viewer) -> Sequence[TodayLine]:
    """Requests to mediators of the person who looks, whether or not her vault is open. A line leads
    to her queue; with the vault open to the case, if all of its requests are of one."""
    briefs = asked_briefs(asked.actor, asked.now)

    def leads_to(references: Sequence[str]) -> str:
        if asked.vault is None or len(set(references)) != 1 or "" in references:
            return url_for("incidents.index", show="open")
        return url_for("incidents.case", reference=references[0])

    lines = (
        (briefs.answered, _("A mediator answered"), _("Open the case and read it.")),
        (
            briefs.late,
            _("A mediator has not answered"),
            _("The page of the case offers the next one."),
        ),
        (
            briefs.unreached,
            _("A mediator was not reached"),
            _("No message went out. Call: the number stands on the page of the case."),
        ),
    )
    return [
        TodayLine(
            title, leads_to(references), text, key=len(references), button=_("Look"), about=title
        )
        for references, title, text in lines
        if references
    ]


def _may_own(asked: Viewer) -> ColumnElement[bool] | None:
    if not asked.actor.may("incidents.edit"):
        return None
    return select(Incident.id).exists()


def _own_cases(asked: Viewer) -> Sequence[TodayLine]:
    """Answers under the receipts of cases that the person who looks owns, as `_asked_briefs`; and
    while her vault is closed, what is due in her cases."""
    if not asked.actor.may("incidents.edit"):
        return []
    references, due = own_in_letterbox(asked.actor, asked.day)
    queue, lines = url_for("incidents.index", show="open"), []
    if references:
        url, title = queue, _("An answer came")
        if asked.vault is not None and len(references) == 1:
            url = url_for("incidents.case", reference=references[0], _anchor="texts")
        text = _("Open the case and read it.")
        key = len(references)
        lines.append(TodayLine(title, url, text, key=key, button=_("Look"), about=title))
    if due and asked.vault is None:
        title, text = _("Something is due in your cases"), _("Open the vault to see")
        lines.append(TodayLine(title, queue, text, key=due, button=_("Look"), about=title))
    return lines


def _few_custodians(asked: Viewer) -> Sequence[TodayLine]:
    if not few_custodians(asked.actor):
        return []
    title = _("Fewer than two custodians hold keys")
    return [
        TodayLine(
            title,
            url_for("members.members"),
            _("Nobody could read a report about that one. Have another invited."),
            icon="lock",
            button=_("Members"),
            about=title,
        )
    ]


def _settings(asked: Viewer) -> dict[str, Any]:
    return all_settings() if asked.actor.may("incidents.outside") else {}


def _outside(asked: Viewer) -> Sequence[TodayLine]:
    missing = what_is_missing(asked.actor, asked.once(_settings))
    if not missing:
        return []
    title, waits = _("Contact outside the programme"), missing == "waits"
    return [
        TodayLine(
            title,
            url_for("incidents.outside"),
            _("Somebody is proposed. You are the second person.")
            if waits
            else _("A person who reports somebody of the programme needs one."),
            icon="phone",
            button=_("Decide") if waits else _("Propose"),
            about=title,
        )
    ]


def _number(asked: Viewer) -> Sequence[TodayLine]:
    if not number_waits_for(asked.actor, asked.once(_settings)):
        return []
    title = _("The programme’s number")
    text = _("Another is proposed. You are the second person: call it first.")
    url = url_for("incidents.number")
    return [TodayLine(title, url, text, icon="phone", button=_("Decide"), about=title)]


TODAY = (
    # The first that is asked of the database: it may write, and what was read before would be read
    # again.
    Need("vault", 20, _vault, template="incidents/today.html", ranked=True),
    Need("asked_briefs", 30, _asked_briefs, exists=_may_have_asked),
    Need("silent", 15, _silent),
    Need("own_cases", 35, _own_cases, exists=_may_own),
    Need("briefs", 60, _briefs),
    Need("few_custodians", 200, _few_custodians),
    Need("outside", 210, _outside),
    Need("number", 215, _number),
)


ACTION_WORDS = ActionWords(
    {
        "incidents.account_given": _l("incidents: first account given out"),
        "incidents.autosave_opened": _l("incidents: autosave opened"),
        "incidents.bail_written": _l("incidents: bail written"),
        "incidents.case_added": _l("incidents: case added"),
        "incidents.case_file_printed": _l("incidents: case file printed"),
        "incidents.case_written": _l("incidents: case written"),
        "incidents.changed": _l("incidents: changed"),
        "incidents.changes_opened": _l("incidents: changes opened"),
        "incidents.court_asked": _l("incidents: asked again for a court"),
        "incidents.choice_noted": _l("incidents: choice noted"),
        "incidents.consents_answered": _l("incidents: consents answered"),
        "incidents.consents_taken_back": _l("incidents: consents taken back"),
        "incidents.draft_kept": _l("incidents: draft kept"),
        "incidents.draft_thrown_away": _l("incidents: draft thrown away"),
        "incidents.evidence_added": _l("incidents: evidence added"),
        "incidents.evidence_custody": _l("incidents: evidence custody"),
        "incidents.evidence_exported": _l("incidents: evidence exported"),
        "incidents.evidence_labelled": _l("incidents: evidence labelled"),
        "incidents.evidence_opened": _l("incidents: evidence opened"),
        "incidents.evidence_printed": _l("incidents: evidence printed"),
        "incidents.evidence_removed": _l("incidents: evidence removed"),
        "incidents.evidence_viewed": _l("incidents: evidence viewed"),
        "incidents.filed": _l("incidents: filed"),
        "incidents.identity_filed": _l("incidents: identity filed"),
        "incidents.held": _l("incidents: held"),
        "incidents.hold_ended": _l("incidents: hold ended"),
        "incidents.identity_opened": _l("incidents: identity opened"),
        "incidents.limits_told": _l("incidents: limits told"),
        "incidents.identity_replaced": _l("incidents: identity replaced"),
        "incidents.moved": _l("incidents: moved"),
        "incidents.not_known_said": _l("incidents: not known said"),
        "incidents.note_kept": _l("incidents: note kept"),
        "incidents.opened": _l("incidents: opened"),
        "incidents.receipt_carried": _l("incidents: receipt carried"),
        "incidents.recorded": _l("incidents: recorded"),
        "incidents.referral_updated": _l("incidents: referral updated"),
        "incidents.referred": _l("incidents: referred"),
        "incidents.roster_changed": _l("incidents: roster changed"),
        "incidents.searched": _l("incidents: searched"),
        "incidents.second_asked": _l("incidents: second member asked"),
        "incidents.second_refused": _l("incidents: second member refused"),
        "incidents.sentence_let_out": _l("incidents: sentence let out"),
        "incidents.sentence_taken_back": _l("incidents: sentence taken back"),
        "incidents.shredded": _l("incidents: shredded"),
        "incidents.shredded_unkept": _l("incidents: shredded unkept"),
        "incidents.taking_said": _l("incidents: taking said"),
        "incidents.term_agreed": _l("incidents: term agreed"),
        "incidents.term_decided": _l("incidents: term decided"),
        "incidents.term_updated": _l("incidents: term updated"),
        "incidents.text_answered": _l("incidents: text answered"),
        "incidents.text_asked": _l("incidents: text asked"),
        "incidents.try_noted": _l("incidents: try noted"),
        "incidents.view_removed": _l("incidents: view removed"),
        "incidents.view_saved": _l("incidents: view saved"),
        "incidents.words_taken_out": _l("incidents: words taken out"),
        "incidents.word_chosen": _l("incidents: word chosen"),
        "mediation.brief_answered": _l("mediation: brief answered"),
        "mediation.brief_closed": _l("mediation: brief closed"),
        "mediation.duty_changed": _l("mediation: duty changed"),
        "mediation.mediator_added": _l("mediation: mediator added"),
        "mediation.mediator_changed": _l("mediation: mediator changed"),
        "mediation.mediator_removed": _l("mediation: mediator removed"),
    }
)


def _officers_told(_count: int) -> str:
    return _("Who is told when somebody is held, and the drills.")


# Steps that belong to saving, closing and shredding a case.
_STEPS = (
    BeforeSaving(brief_endings.collect_answers),
    BeforeSaving(brief_endings.end_what_was_taken_back),
    BeforeSaving(following_up.say_who_was_released),
    BeforeSaving(brief_endings.end_what_may_not_be_asked),
    Closing(brief_endings.end_briefs),
    Shredding(shred_evidence),
    Shredding(brief_endings.shred_briefs),
)
# Parts of the page of a case, and links on top of the register.
_PAGES = (
    bail.BAIL_SECTION,
    consents.SECTION,
    decisions.SECTION,
    evidence.SECTION,
    decisions.TERMS,
    decisions.REFERRALS,
    consents.HER_CHOICE_SECTION,
    history.SECTION,
    history.TIME_SECTION,
    bail.SECTION,
    case_file.PRINT,
    case_file.CHANGE,
    consents.HOLD,
    bail.ASK,
    consents.ENTRY,
    *case_file.ENTRIES,
    bail.ENTRY,
    history.ENTRY,
    history.SHEET_ENTRY,
    decisions.ENTRY,
    history.OUTSIDE_ENTRY,
)

FEATURE = Feature(
    "incidents",
    choice="cases",
    protects=("incidents.receipt", "near.receipt"),
    modules=(mediation, views),
    blueprints=(blueprint, near, moved),
    start=take_without_token,
    parts=(
        *PERSONAL,
        NamedFiles(lambda: {file_key(one, ORIGINAL) for one in documents_of_evidence()}),
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "incidents.index",
            _l("Incidents"),
            "lock",
            "incidents.see",
            40,
            phone=True,
            when=may_hold_keys,
        ),
        # A person who reads reports finds from there how to file one.
        Destination(
            "incidents.filing",
            _l("Report"),
            "edit",
            "incidents.file",
            41,
            phone=True,
            unless="incidents.see",
            covers=("/w/h", "/w/r"),
        ),
        Destination("incidents.briefs", _l("Mediation"), "message", "incidents.briefs", 90),
        *TODAY,
        *_STEPS,
        *_PAGES,
        SettingLine(
            "safety", 30, "incidents.officers", _l("Officers on duty"), "alert", _officers_told
        ),
        Occasions("workshop", _l("Workshop"), find_workshops, workshops_named),
        SealedPage(IDENTITY, _l("Who somebody is"), identity_address, is_kept_away),
        WrittenOnce(FIRST_ACCOUNT),
        SealedElsewhere(compartments_of_letters),
        Revocation("mediation.end_duty", _l("Duty as a mediator ends"), mediation.end_duty),
        Chore("mix_reports", mix_reports, minutes=60),
        Chore("shred_old_drafts", shred_old_drafts, minutes=60),
        Chore("tend_letterbox", lambda: tend_letterbox(utc_now()), minutes=1),
        Chore("delete_orphaned_evidence", delete_orphans, minutes=60),
        Chore("remind_members", lambda: remind_members(utc_now()), minutes=10),
        JobKind("incidents.reminder", send_reminder, patient=True),
        Chore("shred_unkept_reports", lambda: shred_unkept(local_today()), minutes=60),
        Chore("alert_officers", alert_officers, minutes=1),
        Chore("mediation_shred_notes", shred_notes, minutes=60),
        Chore("mediation_follow_briefs", follow_briefs, minutes=1),
    ),
)
