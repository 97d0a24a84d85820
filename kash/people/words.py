"""The words for fixed values of people and of the directory, those that a person agrees to or
refuses, and the names of all that a copy of what is held about a person tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import phonenumbers
from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.facts import COMPARED, FACTS
from kash.people.rules.directory import (
    DAY,
    Stretch,
    always_open,
    open_at,
    open_until,
    opens_next,
    week_lines,
)
from kash.platform.web.fields import DEFAULT_REGION
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
    "last_seen_at": _l("Last seen"),
    "last_used_at": _l("Last used"),
    "late": _l("Late"),
    "left_at": _l("Left at"),
    "left_on": _l("Left on"),
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
    "outcome": _l("What came of it"),
    "passkey_handle": _l("Number of the account for passkeys"),
    "password_changed_at": _l("Password changed"),
    "paused_at": _l("Paused"),
    "payee": _l("Paid to"),
    "percentage": _l("Share that was attended, in per cent"),
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


SERVICE_KIND = {
    "legal": _l("Legal aid"),
    "clinic": _l("Health clinic"),
    "pep": _l("Care after rape, PEP"),
    "shelter": _l("Shelter"),
    "counselling": _l("Counselling"),
    "children": _l("Children’s services"),
    "oversight": _l("Police oversight (IPOA)"),
    "rights": _l("Human rights commission (KNCHR)"),
    "hotline": _l("Hotline"),
    "other": _l("Something else"),
}
SERVED = {
    "women": _l("Women"),
    "men": _l("Men"),
    "lgbtq": _l("LGBTQ people"),
    "minors": _l("People under 18"),
}
COST = {"": _l("Not known"), "free": _l("Free"), "some": _l("Partly paid"), "paid": _l("For a fee")}


def day_name(weekday: int, width: str = "wide") -> str:
    """Monday is 0; `width` is "wide" or "abbreviated"."""
    return str(get_day_names(width, locale=get_locale() or "en")[weekday])  # type: ignore[arg-type]


def clock(minute: int) -> str:
    """08:30, from a minute of a day or of the week; the end of a day is 24:00."""
    of_day = minute % DAY if minute != DAY else minute
    return f"{of_day // 60:02}:{of_day % 60:02}"


def _periods(periods: Iterable[tuple[int, int]]) -> str:
    return ", ".join(
        _("24 h") if (start, end) == (0, DAY) else f"{clock(start)}–{clock(end)}"
        for start, end in periods
    )


def hours_lines(stretches: Sequence[Stretch], *, closed: bool = False) -> list[tuple[str, str]]:
    """(days, hours) of a week: `Mon–Fri`, `08:00–17:00`; closed days too if asked for.

    Nothing if no hours are known.
    """
    if not stretches:
        return []
    if always_open(stretches):
        return [(_("Every day"), _("24 h"))]
    lines = []
    for days in week_lines(stretches):
        if not days.periods and not closed:
            continue
        days_word = day_name(days.first, "abbreviated")
        if (days.first, days.last) == (0, 6):
            days_word = _("Every day")
        elif days.last != days.first:
            days_word += f"–{day_name(days.last, 'abbreviated')}"
        lines.append((days_word, _periods(days.periods) if days.periods else _("closed")))
    return lines


def open_text(stretches: Sequence[Stretch], minute: int) -> str:
    """Words on a service's hours: if it is open in this minute of the week, and until when or from
    when."""
    if not stretches:
        return _("Hours not known")
    if open_at(stretches, minute):
        until = open_until(stretches, minute)
        if until is None:
            return _("Open day and night")
        return _("Open now, until %(time)s", time=clock(until))
    opens = opens_next(stretches, minute) or 0
    if opens // DAY == minute // DAY and opens > minute:
        return _("Closed now, opens at %(time)s", time=clock(opens))
    return _(
        "Closed now, opens on %(day)s at %(time)s", day=day_name(opens // DAY), time=clock(opens)
    )


def phone_text(number: str) -> str:
    """A number as people here write it: 0712 345 678; a short one as it is."""
    if not number.startswith("+"):
        return number
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(read) == DEFAULT_REGION
    style = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(read, style.NATIONAL if home else style.INTERNATIONAL))


class ConsentText(NamedTuple):
    """One wording. `words` are translated when they become a string."""

    version: str
    words: Any


TEXTS = {
    "contact": ConsentText(
        "2026-1",
        _l(
            "The programme may call me or send me messages about workshops and meetings I am part "
            "of. Messages say nothing about why I take part."
        ),
    ),
    "printed_name": ConsentText(
        "2026-1",
        _l(
            "The programme may print the name I chose on certificates, badges and lists "
            "that others in the room can see."
        ),
    ),
    "funder": ConsentText(
        "2026-1",
        _l(
            "The programme may show my name and my attendance to those who pay for its workshops, "
            "when they check that a workshop took place."
        ),
    ),
}


if TYPE_CHECKING:
    from kash.people.models import Person


LABEL: dict[str, Any] = {fact.name: _l(fact.label) for fact in FACTS}
# Of facts that are chosen from a few.
SAID: dict[str, dict[str, Any]] = {
    fact.name: {"": _l("Not said")} | {value: _l(told) for value, told in fact.choices.items()}
    for fact in FACTS
    if fact.choices
}
SEX, AGE_BAND, LANGUAGE = SAID["sex"], SAID["age_band"], SAID["language"]
# Side by side the others stand in a column together with where somebody is, or with her age.
OTHERS_BESIDE = [fact.name for fact in COMPARED if fact.name not in ("reference", "ward", "sex")]
KIND = {"station": _l("Station"), "collective": _l("Collective"), "partner": _l("Partner")}
REQUEST = {
    "waiting": _l("Waits for a second person"),
    "agreed": _l("Agreed"),
    "refused": _l("Refused"),
    "ended": _l("Ended"),
}
# Grounds on which somebody is erased, and how that wish stands.
GROUNDS: dict[str, Any] = {
    "wish": _l("The person asked for it"),
    "quiet": _l("Nothing was heard of the person for years"),
    "wrong": _l("The person should never have been entered"),
}
ERASURE = {
    "waiting": _l("Waits for a second person"),
    "done": _l("Erased"),
    "refused": _l("Refused"),
    "withdrawn": _l("Taken back"),
}
ERASURE_TONE = {"waiting": "live", "done": "good", "refused": "bad", "withdrawn": ""}
REQUEST_TONE = {"waiting": "live", "agreed": "good", "refused": "bad", "ended": ""}
PURPOSE = {
    "contact": _l("Calls and messages"),
    "printed_name": _l("Name on paper"),
    "funder": _l("Sharing with funders"),
    # Asked no more, since nothing was ever done with the answers; what was said stays said.
    "photo": _l("Photos"),
    "research": _l("Research"),
}
ANSWER = {"given": _l("Given"), "refused": _l("Refused"), "withdrawn": _l("Withdrawn")}
ANSWER_TONE = {"given": "good", "refused": "bad", "withdrawn": "warn"}
# What the audit chain says of a person, by action; anything else is "Changed".
TRAIL = {
    "people.phone_shown": _l("Looked at the phone"),
    "people.email_shown": _l("Looked at the e-mail"),
    "people.contact_asked": _l("Asked to see the contact"),
    "people.contact_agreed": _l("Agreed that somebody sees the contact"),
    "people.contact_not_agreed": _l("Did not agree that somebody sees the contact"),
    "people.contact_ended": _l("Closed the contact again"),
    "people.person_added": _l("Added"),
    "people.people_imported": _l("Added from a list"),
    "people.person_changed": _l("Changed facts"),
    "people.person_transferred": _l("Moved to another station"),
    "people.people_transferred": _l("Moved to another station"),
    "people.consent_recorded": _l("Recorded an answer about consent"),
    "people.persons_merged": _l("Merged with another record"),
    "people.merge_undone": _l("A merge was undone"),
    "people.consent_forms_printed": _l("Printed the consent form"),
    "people.persons_told_apart": _l("Noted as not the same as somebody else"),
    "people.minor_seen": _l("Noted as under 18 and seen"),
    "people.came_of_age": _l("No longer under 18"),
    "workshops.person_enrolled": _l("Enrolled in a workshop"),
    "workshops.people_enrolled": _l("Enrolled in a workshop"),
    "workshops.enrolment_changed": _l("Changed the place in a workshop"),
    "workshops.walk_in_taken": _l("Added at the door of a workshop"),
    "certificates.names_confirmed": _l("Confirmed the printed name"),
    "forums.member_added": _l("Became a member of a forum"),
}


def said(name: str, value: str) -> str:
    """The value of a fact as it is read."""
    return str(SAID.get(name, {}).get(value, value))


def choices(name: str) -> list[tuple[str, Any]]:
    """Choices of a fact, as (value, word)."""
    return [(value, word) for value, word in SAID[name].items() if value]


def facts_said(person: Person, part: str) -> list[tuple[Any, str]]:
    """Labels and values of one part of a person's page. Her number stands below her name, and her
    birth year where her age does."""
    return [
        (LABEL[fact.name], _said_of(person, fact.name))
        for fact in FACTS
        if fact.part == part
        and fact.name not in ("reference", "birth_year")
        and (not fact.gathers or getattr(person, fact.name))
    ]


def _said_of(person: Person, name: str) -> str:
    if name == "age_band" and person.birth_year and not person.age_band:
        return _("Born in %(year)s", year=person.birth_year)
    return said(name, getattr(person, name)) or _("Not said")


def trail_text(action: str) -> str:
    """An action of the audit chain about a person, as it is said to her."""
    return str(TRAIL.get(action, _l("Another change")))


# Why two people may be one, or may not; each stands alone or beside others.
REASON = {
    "same_reference": _l("Same service or peer number"),
    "same_phone": _l("Same phone"),
    "same_name_same_station": _l("Same name at the same station"),
    "similar_name_same_station": _l("Similar name at the same station"),
    "same_name": _l("Same name"),
    "similar_name": _l("Similar name"),
    "same_birth_year": _l("Same birth year"),
    "same_ward": _l("Same ward"),
    "other_reference": _l("But different numbers"),
    "other_name": _l("But different names"),
    "other_sex": _l("But different sex"),
    "other_birth_year": _l("But born years apart"),
    "other_group": _l("But different groups"),
}
