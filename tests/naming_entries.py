"""What entries of the audit trail name, asked of each entry that the application writes in a test.

Whoever asks later what happened to somebody finds it by what the entries name; one that names less
is lost for good, since nothing of the trail can be put right. An action that is not here names one
thing or more, but for those that have nothing to name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from kash.platform.vault import audit


@pytest.fixture(scope="session", autouse=True)
def _entries_name_what_was_agreed() -> Iterator[None]:
    append = audit._append

    def asked(vault: Any, change: audit.Change, actor: str, action: str) -> Any:
        if not _is_by_a_test():
            names, expected = len(change._subjects), NAMED.get(action, "it").split()
            assert names >= len(expected), f"{action} names {names} of: {', '.join(expected)}"
        return append(vault, change, actor, action)

    audit._append = asked
    yield
    audit._append = append


def _is_by_a_test() -> bool:
    """True if the block that ends now stands in a test, and not in the application."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("kash.", "tests.")) and module != audit.__name__:
            return bool(module.startswith("tests."))
        frame = frame.f_back
    return True


# A word for each thing that an entry names at least. Some have nothing: what was sought, what came
# without a name, and what was shredded, of which no trace may stay.
NAMED: dict[str, str] = {
    "accounts.approvals_lent": "delegation account",
    "accounts.breach_noted": "breach note",
    "accounts.handed_over": "account hand-over",
    "accounts.invitation_accepted": "account invitation",
    "accounts.locked_at_once": "account breach",
    "accounts.passkey_added": "account passkey",
    "accounts.passkey_refused": "account passkey",
    "accounts.passkey_removed": "account passkey",
    "accounts.passkey_renamed": "account passkey",
    "accounts.programme_set_up": "programme account",
    "accounts.request_agreed": "request something",
    "accounts.request_declined": "account request",
    "accounts.request_link_made": "request something",
    "accounts.request_made": "request something",
    "accounts.request_sent_back": "account request",
    "accounts.session_ended_for": "account session",
    "assessments.answers_sent": "test person",
    "training.file_added": "version plan",
    "training.file_removed": "version plan",
    "assessments.practice_told": "workshop person",
    "assessments.practice_words_deleted": "workshop",
    "assessments.question_added": "course question",
    "assessments.question_changed": "course question",
    "assessments.question_put_away": "course question",
    "assessments.question_taken_back": "course question",
    "assessments.test_changed": "workshop test",
    "assessments.test_closed": "workshop test",
    "assessments.test_made": "workshop test",
    "assessments.test_opened": "workshop test",
    "assessments.test_removed": "workshop test",
    "api.marks_made": "register account",
    "api.token_asked": "token connection",
    "attendance.badge_scanned": "register slot entry",
    "attendance.checked_in": "register slot entry",
    "attendance.difference_settled": "register slot entry",
    "attendance.heads_counted": "register slot",
    "attendance.held_decided": "register item pad",
    "attendance.mark_corrected": "register slot entry",
    "attendance.pad_revoked": "register pad",
    "attendance.pad_synced": "register pad",
    "attendance.pad_taken": "register pad",
    "attendance.queue_brought_in": "register pad",
    "attendance.scan_matched": "register scan sheet",
    "attendance.scan_removed": "register scan",
    "attendance.scans_kept": "register scan",
    "attendance.sheet_read": "register sheet",
    "attendance.signatures_shown": "register slot",
    "attendance.slot_closed": "register slot",
    "attendance.slot_confirmed": "register slot",
    "attendance.slot_reopened": "register slot",
    "attendance.slots_confirmed": "register slot",
    "attendance.walk_in_kept": "register person",
    "certificates.correction_proposed": "batch certificate person",
    "certificates.holder_link_made": "link person",
    "certificates.proposed": "batch workshop",
    "certificates.renewals_proposed": "batch workshop",
    "evaluations.form_added": "workshop form",
    "evaluations.form_closed": "workshop form",
    "evaluations.form_opened": "workshop form",
    "evaluations.form_removed": "workshop form",
    "evaluations.question_removed": "form question",
    "evaluations.question_saved": "form question",
    "evaluations.questions_ordered": "form question",
    "evaluations.time_given": "workshop form",
    "forums.action_closed": "forum action",
    "forums.action_reopened": "forum action",
    "forums.appearance_chosen": "forum member",
    "forums.difference_settled": "item difference",
    "forums.guest_added": "meeting person",
    "forums.item_added": "meeting item",
    "forums.item_removed": "meeting item",
    "forums.item_renamed": "meeting item",
    "forums.item_written": "meeting item",
    "forums.line_kept": "item line",
    "forums.line_released": "item line",
    "forums.meeting_cancelled": "forum meeting",
    "forums.meeting_changed": "forum meeting",
    "forums.meeting_held": "forum meeting",
    "forums.meeting_planned": "forum meeting",
    "forums.member_added": "forum member person",
    "forums.member_left": "forum member",
    "forums.release_asked": "item line",
    "incidents.autosave_opened": "",
    "incidents.identity_opened": "incident document",
    "incidents.searched": "",
    "incidents.shredded_unkept": "",
    "payouts.bands_chosen": "person workshop",
    "payouts.claim_settled": "person workshop workshop",
    "payouts.exception_made": "person workshop",
    "payouts.file_fetched_again": "list file",
    "payouts.numbers_exported": "list file",
    "payouts.paid_in_cash": "payment list",
    "payouts.payee_added": "payee workshop",
    "payouts.payment_noted": "payment list",
    "payouts.proposed": "list workshop",
    "payouts.rates_given_up": "rates workshop",
    "people.consent_forms_printed": "",
    "people.contact_agreed": "request person",
    "people.contact_asked": "request person",
    "people.contact_ended": "request person",
    "people.contact_not_agreed": "request person",
    "people.merge_undone": "person person merge",
    "people.person_transferred": "person station",
    "people.persons_merged": "person person merge",
    "people.persons_told_apart": "person person",
    "people.signed_forms_noted": "person batch",
    "people.told_apart_taken_back": "person person",
    # Neither the draft nor its case: a told story could be followed to the case opened before.
    "stories.dropped": "",
    "stories.read": "",
    "stories.returned": "",
    "stories.written": "",
    "training.course_added": "course version",
    "training.module_removed": "version module",
    "training.plan_removed": "version plan",
    "training.plans_arranged": "version module",
    "training.session_written": "version plan",
    "training.translation_moved_on": "version version",
    "training.version_started": "course version",
    "vault.unsealing_asked": "unsealing document",
    "vault.unsealing_granted": "unsealing document account",
    "vault.unsealing_refused": "unsealing document account",
    "workshops.enrolment_changed": "workshop enrolment",
    "workshops.invitation_answered": "workshop enrolment",
    "workshops.person_enrolled": "workshop enrolment person",
    "workshops.session_added": "workshop session",
    "workshops.session_changed": "workshop session",
    "workshops.session_recorded": "workshop session",
    "workshops.session_removed": "workshop session",
    "workshops.walk_in_taken": "workshop enrolment person",
    "workshops.workshop_duplicated": "workshop workshop",
}
