"""Words for all that the copy of a person's records tells: what rows are, and what stands in them.

The same word serves wherever a column of that name means the same; where it means something else,
it stands under its table. A test asks that no column is told by its technical name alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.facts import FACTS
from kash.platform.web.formats import date_text, moment_text

# Rows that are called nothing elsewhere (`Reference.label`).
TABLES: Mapping[str, Any] = {
    "person": _l("Person"),
    "action": _l("Actions of meetings"),
    "answer_link": _l("Links by which an invitation was answered"),
    "browser_mark": _l("Browsers that are known"),
    "certificate_printing": _l("Certificates printed"),
    "contact_request_person": _l("Requests for phone or e-mail"),
    "entry_alias": _l("Earlier places on registers"),
    "erasure_request": _l("Requests to be erased"),
    "forum_term": _l("Offices held"),
    "holder_link": _l("Links to certificates"),
    "item_conflict": _l("Interests declared at meetings"),
    "known_address": _l("Networks from which the account signed in"),
    "likely_duplicate": _l("Records that may be of the same person"),
    "mark_operation": _l("Marks, as they arrived"),
    "meeting_answer": _l("Answers to invitations to meetings"),
    "message_choice": _l("How messages reach you"),
    "minutes_remark": _l("Remarks on minutes"),
    "named_leaf": _l("Names in locked minutes"),
    "not_the_same": _l("Records that are of another person"),
    "passkey": _l("Passkeys"),
    "passkey_challenge": _l("Passkeys being used"),
    "payout_day": _l("Days that were paid"),
    "payout_event": _l("Steps of payments"),
    "payout_part": _l("What payments were counted by"),
    "payout_reversal_line": _l("Payments that may be paid again"),
    "people_list_person": _l("Lists that were brought in"),
    "presence_spell": _l("Times at meetings"),
    "recovery_code": _l("Recovery codes"),
    "settled_claim": _l("Records of a fact that were compared"),
    "settlement": _l("Differences between papers and marks"),
    "signed_in_session": _l("Sessions"),
    "track_move": _l("Moves between versions of a track"),
    "walk_in": _l("Taken in at the door"),
}
COLUMNS: Mapping[str, Any] = {
    "about": _l("About"),
    "active": _l("In use"),
    "added": _l("Added by this list"),
    "after": _l("After"),
    "age_recorded_on": _l("Age written down on"),
    "amount": _l("Amount"),
    "amount_cents": _l("Amount, in cents"),
    "answer": _l("Answer"),
    "answered_at": _l("Answered"),
    "appears": _l("How you appear on paper"),
    "arrived_at": _l("Came"),
    "as_trainer": _l("As a trainer"),
    "asked_at": _l("Asked"),
    "asked_on": _l("Asked on"),
    "badge_place": _l("Place in the list of badges"),
    "band": _l("Distance"),
    "before": _l("Before"),
    "before_cents": _l("Paid before, in cents"),
    "begins_on": _l("First day"),
    "calendar": _l("With entries for calendars"),
    "certain": _l("Certainly the same"),
    "certificate": _l("Certificate"),
    "changed_at": _l("Changed"),
    "channel": _l("Way"),
    "chosen": _l("Chosen"),
    "closed_at": _l("Closed"),
    "completed_on": _l("Completed on"),
    "correction": _l("Correction"),
    "count": _l("How many"),
    "counted": _l("Counts as there"),
    "course": _l("Course"),
    "created_at": _l("Added"),
    "day": _l("Day"),
    "days": _l("Days"),
    "decided_at": _l("Decided"),
    "declared_at": _l("Declared"),
    "due_cents": _l("Due, in cents"),
    "due_on": _l("Due on"),
    "earned_on": _l("Earned on"),
    "ended_at": _l("Ended"),
    "ends_on": _l("Last day"),
    "enrolled_at": _l("Put on it"),
    "entered_at": _l("Written down"),
    "expires_at": _l("Holds until"),
    "expires_on": _l("Valid until"),
    "extra_cents": _l("Extra, in cents"),
    "fact": _l("Fact"),
    "first": _l("First of them"),
    "first_day": _l("First day"),
    "forum": _l("Forum"),
    "found_at": _l("Found"),
    "founding": _l("Founds the programme"),
    "fresh_at": _l("Password last asked"),
    "from_hour": _l("From this hour"),
    "given_at": _l("Given"),
    "gone": _l("Number before"),
    "grounds": _l("Grounds"),
    "group_letter": _l("Group"),
    "held_on": _l("Held on"),
    "history": _l("Steps until now"),
    "issued_on": _l("Issued on"),
    "item": _l("Item of the agenda"),
    "keeps": _l("Which one was kept"),
    "kept_at": _l("Kept"),
    "kind": _l("Kind"),
    "last_day": _l("Last day"),
    "last_seen_at": _l("Last seen"),
    "last_used_at": _l("Last used"),
    "late": _l("Late"),
    "left_at": _l("Left at"),
    "left_on": _l("Left on"),
    "length": _l("Length"),
    "length_unit": _l("Unit of the length"),
    "made_at": _l("Made"),
    "mark_before": _l("Mark before"),
    "means": _l("Paid by"),
    "meeting": _l("Meeting"),
    "merged_at": _l("Merged"),
    "met": _l("Completed"),
    "minor": _l("Under 18"),
    "minor_seen_at": _l("Seen as under 18"),
    "minor_since": _l("Under 18 since"),
    "minutes": _l("Minutes of teaching"),
    "moved_at": _l("Moved"),
    "name": _l("Name"),
    "named": _l("Gave a name"),
    "names_alike": _l("Names are alike"),
    "next_on": _l("Next visit on"),
    "note": _l("Note"),
    "noted_at": _l("Noted"),
    "objective": _l("Objective"),
    "observed": _l("What was observed"),
    "offer_lapsed_at": _l("Offer of a seat ran out"),
    "offer_until": _l("Seat offered until"),
    "office": _l("Office"),
    "often": _l("How often"),
    "organisation": _l("Station or organisation"),
    "organiser": _l("Organiser"),
    "outcome": _l("What came of it"),
    "passkey_handle": _l("Number of the account for passkeys"),
    "password_changed_at": _l("Password changed"),
    "paused_at": _l("Paused"),
    "payee": _l("Paid to"),
    "percentage": _l("Share that was attended, in per cent"),
    "place": _l("Place"),
    "position": _l("Number in the list"),
    "printed_name_confirmed_at": _l("Printed name confirmed"),
    "public_title": _l("Title on the certificate"),
    "purpose": _l("What it is for"),
    "queued_at": _l("Waits since"),
    "rate_cents": _l("Rate, in cents"),
    "reason": _l("Reason"),
    "reasons": _l("Reasons"),
    "receipt": _l("Receipt"),
    "received_at": _l("Arrived"),
    "recorded_at": _l("Written down"),
    "reference": _l("Number"),
    "refresher": _l("Refresher"),
    "refused_reason": _l("Why it was refused"),
    "register": _l("Register"),
    "reminded_on": _l("Reminded on"),
    "removed_at": _l("Taken off"),
    "renews": _l("Renews"),
    "request": _l("Request"),
    "revoked_at": _l("Revoked"),
    "revoked_class": _l("Kind of reason for revoking"),
    "revoked_reason": _l("Reason for revoking"),
    "role": _l("Role"),
    "roles": _l("Roles"),
    "row": _l("Row"),
    "said_at": _l("Said"),
    "score": _l("How alike they are"),
    "second": _l("Second of them"),
    "serial": _l("Serial"),
    "session": _l("Session"),
    "set_at": _l("Set"),
    "settled_at": _l("Settled"),
    "shown_as": _l("Shown as"),
    "sign_count": _l("Times used"),
    "signs_in_alone": _l("Signs in without a password"),
    "since": _l("Since"),
    "slot": _l("When it was held"),
    "source": _l("Source"),
    "stands": _l("Counts"),
    "state": _l("State"),
    "status": _l("Status"),
    "strokes": _l("Lines of the signature"),
    "supersedes": _l("Replaces"),
    "supervisor": _l("Supervisor"),
    "tenths": _l("Score, in tenths of a per cent"),
    "text": _l("Words"),
    "text_version": _l("Version of the words"),
    "title": _l("Title"),
    "told": _l("Told of it"),
    "totp_period": _l("Second step"),
    "track": _l("Track"),
    "transports": _l("Ways of the passkey"),
    "tries": _l("Wrong tries"),
    "undone_at": _l("Undone"),
    "unfamiliar": _l("From a browser that was not known"),
    "units": _l("Days or kilometres"),
    "unsent": _l("Not sent yet"),
    "until": _l("Until"),
    "until_hour": _l("Until this hour"),
    "used_at": _l("Used"),
    "venue": _l("Venue"),
    "visit_ends_at": _l("Visit ends"),
    "waived": _l("Waived"),
    "walk_in": _l("Taken in at the door"),
    "withdrawn_at": _l("Withdrawn"),
    "withdrawn_because": _l("Why it was withdrawn"),
    "workshop": _l("Workshop"),
    "written_at": _l("Written"),
    "account.name": _l("Name of the account"),
    "action.state": _l("How far it is"),
    "mark_operation.answer": _l("Whether it was applied"),
    "walk_in.outcome": _l("Who it was"),
}
_FACTS = {fact.name: fact for fact in FACTS}


def table_word(table: str, label: Any) -> str:
    """Word for rows: the one that was declared with them, else that of this room."""
    return str(label or TABLES.get(table) or _by_itself(table))


def column_word(table: str, column: str) -> str:
    """Word for a column of rows, of which "_id" and "_sealed" were taken off."""
    word = COLUMNS.get(f"{table}.{column}")
    if word is None and (table == "person" or column not in COLUMNS):
        word = _(_FACTS[column].label) if column in _FACTS else None
    return str(word or COLUMNS.get(column) or _by_itself(column))


def value_word(column: str, value: Any) -> Any:
    """A value as a page tells it: days as people write them, and words for what was chosen of a
    person's facts."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return date_text(value)
    fact = _FACTS.get(column)
    chosen = fact.choices.get(value) if fact is not None and isinstance(value, str) else None
    return _(chosen) if chosen else value


def _by_itself(name: str) -> str:
    return name.replace("_", " ")
