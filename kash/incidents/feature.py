"""The declaration of cases."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.revocations import Revocation
from kash.feature import Feature
from kash.incidents import blueprint, chores, views
from kash.incidents.chapters import CHAPTERS
from kash.incidents.chores import shred_notes, tell_who_is_asked
from kash.incidents.endings import Closing, Shredding
from kash.incidents.occasions import Occasions
from kash.incidents.personal import PERSONAL
from kash.incidents.queries.cases import is_kept_away
from kash.incidents.queries.letterbox import compartments_of_letters
from kash.incidents.queries.links import find_workshops, workshops_named
from kash.incidents.rules.first_account import KIND as FIRST_ACCOUNT
from kash.incidents.saving import BeforeSaving
from kash.incidents.services import brief_endings, following_up, mediation
from kash.incidents.services.alerts import alert_officers
from kash.incidents.services.evidence import shred_evidence
from kash.incidents.services.evidence_chores import delete_orphans
from kash.incidents.services.filing import shred_old_drafts
from kash.incidents.services.identities import KIND as IDENTITY
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.mixing import mix_reports
from kash.incidents.services.reminding import remind_members, send_reminder
from kash.incidents.services.shredding import shred_unkept
from kash.incidents.today import TODAY
from kash.incidents.trail_words import ACTION_WORDS
from kash.incidents.views import (
    bail,
    case_file,
    consents,
    decisions,
    duty,
    evidence,
    her_choice,
    history,
    officers,
    outside,
    register,
    second_member,
)
from kash.incidents.views import following_up as following_up_pages
from kash.incidents.views import mediation as mediation_pages
from kash.incidents.views.addresses import moved
from kash.incidents.views.identity_requests import identity_address
from kash.members.queries import may_hold_keys
from kash.members.sealed_pages import SealedPage
from kash.platform.database import utc_now
from kash.platform.jobs import Chore, JobKind
from kash.platform.vault.documents import WrittenOnce
from kash.platform.vault.membership import SealedElsewhere
from kash.platform.web.formats import local_today
from kash.platform.web.navigation import Destination
from kash.platform.web.setting_lines import SettingLine


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
    bail.SECTION,
    consents.SECTION,
    decisions.SECTION,
    evidence.SECTION,
    following_up_pages.TERMS,
    following_up_pages.REFERRALS,
    her_choice.SECTION,
    history.SECTION,
    mediation_pages.SECTION,
    case_file.PRINT,
    case_file.CHANGE,
    second_member.HOLD,
    second_member.ENTRY,
    *register.ENTRIES,
    duty.ENTRY,
    officers.ENTRY,
    decisions.ENTRY,
    outside.ENTRY,
)

FEATURE = Feature(
    "incidents",
    modules=(chores, views),
    blueprints=(blueprint, moved),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "incidents.index",
            _l("Incidents"),
            "lock",
            "incidents.see",
            60,
            phone=True,
            when=may_hold_keys,
        ),
        # Whoever reads reports finds from there how to file one.
        Destination(
            "incidents.filing",
            _l("Report"),
            "edit",
            "incidents.file",
            70,
            phone=True,
            unless="incidents.see",
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
        Chore("mediation_tell_who_is_asked", tell_who_is_asked, minutes=60),
    ),
)
