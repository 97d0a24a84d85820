"""Names of steps, clocks and events of a case, for pages. Words on what came of a mediation. Words
on money that cannot be a term, on cash bail, and on the duty to report. The words of receipts: why
a second word is refused, and what taking back can and cannot undo. Words on reports that nobody
agreed to have kept: to the person who files, and to members. Words on how an account was taken:
questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents.filing_words import sentence_text
from kash.incidents.names import ACT_NAMES as NAMES_ACT_NAMES
from kash.incidents.names import RESULT_BUTTONS, RESULT_NAMES, STATE_NAMES
from kash.incidents.rules.clocks import Clock, Wrong
from kash.incidents.rules.filing import WordProblem
from kash.incidents.rules.line_of_time import TimeStep
from kash.incidents.rules.mediation import FOR_PEOPLE, Result
from kash.incidents.rules.money import TermRefusal
from kash.incidents.rules.one_line import RELEASED, CaseLine
from kash.incidents.rules.parts import Asked, Intervention, Person, by_id
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import Keeps, Summary, days_left
from kash.platform.web.formats import (
    date_text,
    local_today,
    moment_text,
    short_date_text,
    time_text,
    to_local,
)

STEP_NAMES: dict[str, Any] = {
    "submit": _l("Hand in"),
    "triage": _l("Triage"),
    "verify": _l("Verify"),
    "insufficient": _l("Not enough information"),
    "no_violation": _l("Outside what we document"),
    "look_again": _l("Look at it again"),
    "mediate": _l("Take it to mediation"),
    "refer": _l("Mark as referred"),
    "resolve": _l("Mark as resolved"),
    "unresolve": _l("Mark as not resolved"),
    "close": _l("Close the case"),
    "reopen": _l("Open again"),
}
# What each step says and does, above its form.
STEP_TEXTS: dict[str, Any] = {
    "submit": _l("The draft is handed in. From then on it is a case."),
    "triage": _l("You have read it, it is one for the programme, and you know how urgent it is."),
    "verify": _l("True as far as can be known: sources agree, and nothing speaks against it."),
    "insufficient": _l("Too little is known. It can be looked at again."),
    "no_violation": _l(
        "It is none of the things that this programme documents, which does not say that it was "
        "right. Tell her so, and what else can help."
    ),
    "look_again": _l("Something new is known. Somebody verifies the case again."),
    "mediate": _l("A mediator has been or will be asked, and the case waits for the answer."),
    "refer": _l("Somebody was sent to a service, and the case waits for the outcome."),
    "resolve": _l("What was asked for was reached, wholly or in part."),
    "unresolve": _l("What was asked for was not reached, and nothing more can be tried now."),
    "close": _l("Nothing is left to do. A closed case can be opened again."),
    "reopen": _l("There is something to do again."),
}
# What is done on a page of its own, and moves no case.
STEP_NAMES_BESIDE: dict[str, Any] = {
    "ask_her": _l("Ask what is wanted"),
    "ask_mediator": _l("Ask a mediator"),
    "hear_mediator": _l("Hear from the mediator"),
    "note_result": _l("Note what came of it"),
}
_TO_CUSTODIAN = _l("A request to a mediator ended: a custodian has the case, and may ask anew")
EVENT_NAMES: dict[str, Any] = {
    "filed": _l("Filed"),
    "text_asked": _l("Asked under the receipt"),
    "text_answered": _l("Answered under the receipt"),
    "submit": _l("Handed in"),
    "triage": _l("Triaged"),
    "verify": _l("Verified"),
    "insufficient": _l("Not enough information"),
    "no_violation": _l("Outside what we document"),
    "look_again": _l("To be looked at again"),
    "mediate": _l("Went to mediation"),
    "refer": _l("Referred"),
    "resolve": _l("Resolved"),
    "unresolve": _l("Not resolved"),
    "close": _l("Closed"),
    "reopen": _l("Opened again"),
    "handed_over": _l("Handed over to a custodian"),
    "urgent": _l("Marked as urgent"),
    "not_urgent": _l("No longer urgent"),
    "assigned": _l("Given to %(name)s"),
    "unassigned": _l("Nobody has it any more"),
    "declared": _l("%(name)s must not work on it"),
    "linked": _l("Link added"),
    "unlinked": _l("Link taken away"),
    "identity": _l("Who somebody is was sealed"),
    "added": _l("Written down"),
    "written": _l("The record was changed"),
    "consents": _l("Consents were noted"),
    "taking": _l("It was said how her account was taken"),
    "taken_back": _l("Consents were taken back with the receipt"),
    "referral_outcome": _l("It was told how a referral went"),
    "referral_accepted": _l("The service takes her"),
    "referral_refused": _l("The service turned her away"),
    "referral_done": _l("The service has seen or helped her"),
    "referral_not_done": _l("Nothing came of a referral"),
    "referral_not_wanted": _l("She did not want to be referred"),
    "referral_ended": _l(
        "A referral ended: she does not let the report be kept. Call the service, so that nothing"
        " more is done"
    ),
    "contact_kept": _l("How to reach her was written down"),
    "asked_safe_yes": _l("She was asked how she is: safe"),
    "asked_safe_no": _l("She was asked how she is: not safe"),
    "asked_safe_not_reached": _l("She was to be asked how she is, and was not reached"),
    "retaliation": _l("Retaliation was written down as a case of its own"),
    "agreed": _l("Something was agreed"),
    "fulfilled": _l("What was agreed was done"),
    "her_agreement": _l("It was noted whether she agreed herself"),
    "asked_not_known": _l("A second member was asked: nobody knows any more where she is"),
    "not_known": _l("Two said that nobody knows any more where she is"),
    "limits_told": _l("It was said what came of a limit"),
    "tried": _l("Somebody tried to hear of her"),
    "heard_of": _l("She was heard of"),
    "not_fulfilled": _l("What was agreed is open again"),
    "bail_added": _l("Cash bail was written down"),
    "bail_changed": _l("Cash bail was corrected"),
    "bail_removed": _l("Cash bail was taken off"),
    "term_taken_out": _l("The custodian took out what would have gone to an officer"),
    "term_became_bail": _l("The custodian wrote down as bail what had stood as a term"),
    "mediator_asked": _l("A mediator was asked"),
    "worry_guessed": _l("Gone on, although somebody may guess who told"),
    "worry_safe_there": _l("Gone on, although she may not be safe where she is"),
    "worry_knows_next": _l("Gone on, although she may not know what happens next"),
    "mediator_agreed": _l("The mediator said yes"),
    "mediator_refused": _l("The mediator said no"),
    "mediator_read": _l("The mediator read it"),
    "mediator_talks": _l("The mediator needs to talk first"),
    "mediator_not_yet": _l("The mediator said: not yet"),
    "mediator_left": _l("The mediator was taken off the list before answering"),
    "mediation_so_far": _l("The mediator said what came of it so far"),
    "mediation_ended": _l("The mediator said how it ended"),
    "request_withdrawn": _l("A request to a mediator was taken back"),
    "request_settled": _l("What a mediator was asked is settled by what was noted"),
    "released": _l("%(name)s is free"),
    "came": _l("Somebody came"),
    "refused": _l("It was refused"),
    "returned": _l("Something was given back"),
    "paid": _l("Something was paid"),
    "seen": _l("Somebody was seen by a clinic"),
    "line_taken_back": _l("What was noted last was taken back"),
    "request_ended_gate": _l("A request to a mediator ended: this may no longer be asked"),
    "request_ended_not_wanted": _l(
        "A request to a mediator ended: somebody in it does not want mediation"
    ),
    "request_ended_own_yes": _l("A request to a mediator ended: court needs her own yes"),
    "request_ended_programme": _TO_CUSTODIAN,
    "request_ended_minor": _TO_CUSTODIAN,
    "request_ended_conflict": _l(
        "A request to a mediator ended: the mediator must be kept away from this case"
    ),
    "court_asked": _l("Asked again for a court"),
    "asked_her": _l("It was noted what is wanted"),
    "own_yes": _l("An answer to “court or release” was noted"),
    "referred": _l("Referred"),
    "evidence_added": _l("Evidence added"),
    "evidence_removed": _l("Evidence removed"),
    "identity_replaced": _l("Who somebody is was replaced"),
    "asked_shred": _l("A second member was asked: shred the case"),
    "asked_remove_evidence": _l("A second member was asked: remove evidence"),
    "asked_replace_identity": _l("A second member was asked: replace who somebody is"),
    "account_given": _l("Her first account was given out"),
    "words_taken_out": _l("Words were taken out"),
    "asked_redact": _l("A second member was asked: take words out"),
    "asked_hold": _l("A second member was asked: hold it by a paper"),
    "asked_end_hold": _l("A second member was asked: lift a hold"),
    "second_refused": _l("The second member refused"),
    "second_taken_back": _l("What a second member was asked was taken back"),
    "held": _l("Held"),
    "hold_ended": _l("The hold was lifted"),
}
# What takes a second member, by `second_member.ACTS`.
ACT_NAMES: dict[str, Any] = {
    "shred": _l("Shred the case"),
    "remove_evidence": _l("Remove evidence"),
    "replace_identity": _l("Replace who somebody is"),
    "redact": _l("Take words out"),
    "hold": _l("Hold it by a paper"),
    "end_hold": _l("Lift a hold"),
    "not_known": _l("Say that nobody knows any more where she is"),
}
OUTCOME_NAMES: dict[str, Any] = {
    "settled": _l("Settled"),
    "partly_settled": _l("Settled in part"),
    "not_settled": _l("Not settled"),
    "reached": _l("What was asked for was reached"),
    "not_reached": _l("What was asked for was not reached"),
    "nothing_wanted": _l("Nothing more was wanted, and that is respected"),
    "insufficient": _l("Not enough information"),
    "no_violation": _l("Outside what we document"),
    "withdrawn": _l("She took her consent back"),
    "duplicate": _l("Is another case as well"),
}
# What keeps a case from being closed (`rules.still_open`); a limit has its clock's name.
OPEN_NAMES: dict[str, Any] = {
    "held": _l("Somebody is held, as far as it is known"),
    "mediator": _l("A mediator was asked, and it has not ended"),
    "referral": _l("It is not known how a referral went"),
    "term": _l("What was agreed is not done yet"),
    "asking": _l("She agreed to be asked how she is after 7 and 30 days"),
}
CLOCK_NAMES: dict[str, Any] = {
    "court": _l("Before a court"),
    "pep": _l("Medicine against HIV (PEP)"),
    "contraception": _l("Emergency contraception"),
}
_UNSET = {
    "court": _l("When was she arrested? A day is enough for the court’s clock."),
    "pep": _l("When did it happen? The clocks of PEP and contraception start with it."),
}
CONFLICT_NAMES: dict[str, Any] = {
    "named": _l("is named in it"),
    "station": _l("served at the station"),
    "declared": _l("said so"),
    "told": _l("filed it, or told of it"),
}
_HOUR = timedelta(hours=1)


def span_text(span: timedelta) -> str:
    """2 d 3 h, 5 h 20 min, 40 min: rounded down, never less than a minute."""
    minutes = max(1, int(abs(span).total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return _("%(minutes)s min", minutes=minutes)


def left_text(clock: Clock, now: datetime) -> str:
    """How much time is left, or for how long it has been over."""
    span = span_text(clock.left(now))
    return _("%(span)s left", span=span) if clock.runs(now) else _("Over for %(span)s", span=span)


def since_text(clock: Clock, now: datetime) -> str:
    """For how long somebody has been held, beside the limit of the law."""
    return _(
        "Arrested %(span)s ago, on %(moment)s. At the latest after 24 h or at the end of the "
        "next court day.",
        span=span_text(now - clock.began),
        moment=moment_text(clock.began),
    )


def held_text(line: Summary, now: datetime) -> str:
    """For how many hours somebody has been held, or since when it is known."""
    arrested = [moment.arrested_at for moment in line.moments if moment.arrested_at is not None]
    if arrested:
        return _("%(span)s since the arrest", span=span_text(now - min(arrested)))
    if line.filed_at is not None:
        return _("%(span)s since the report", span=span_text(now - line.filed_at))
    return ""


def clock_tone(clock: Clock, now: datetime) -> str:
    """How loudly a clock is shown."""
    if not clock.runs(now):
        return "bad"
    return "bad" if clock.left(now) < 6 * _HOUR else "warn"


def clock_advice(clock: Clock, now: datetime) -> str:
    """Advice of a clock: what can be done, and what still can once it is over."""
    until = moment_text(clock.ends)
    if clock.kind == "court":
        if clock.runs(now):
            return _(
                "She must be in court as soon as reasonably possible, not later than %(until)s, "
                "or be let go.",
                until=until,
            )
        return _(
            "She should have been in court by %(until)s. A lawyer can ask at once for her "
            "release or a habeas corpus.",
            until=until,
        )
    if clock.kind == "pep":
        if clock.runs(now):
            return _("Begin by %(until)s, the sooner the better. Send her now.", until=until)
        return _("Too late for PEP. Send her all the same: a clinic tests, treats and helps.")
    if not clock.runs(now):
        return _("Too late for the pill. Send her all the same: a clinic tests and helps.")
    if now - clock.began > 72 * _HOUR:
        return _("After three days it works less well. Send her now.")
    return _("Until %(until)s, the sooner the better. Send her now.", until=until)


def unset_text(kind: str) -> str:
    """Question by which a clock can start."""
    return str(_UNSET[kind])


def event_text(what: str, name: str) -> str:
    """Name of an event; of one that another version knows, its own word."""
    name_known = EVENT_NAMES.get(what) or STATE_NAMES.get(what)
    return str(name_known) % {"name": name} if name_known is not None else what.replace("_", " ")


# Steps of the line of time that are no events of their own name.
_TIME_STEP_EVENTS = {
    "called": "tried",
    "asked": "mediator_asked",
    "going": "mediator_agreed",
    "accepted": "referral_accepted",
    "declined": "referral_refused",
    "seen": "referral_done",
}
_TIME_STEP_NAMES: dict[str, Any] = {
    "reported": _l("Reported"),
    "heard": _l("Somebody at the programme began to work on it"),
}


def time_step_text(step: TimeStep) -> str:
    """Name of a step of the line of time; of a release, how many are free."""
    if step.what == RELEASED:
        return sentence_text(step.sentence)
    name = _TIME_STEP_NAMES.get(step.what)
    what = _TIME_STEP_EVENTS.get(step.what, step.what)
    return str(name) if name is not None else event_text(what, "")


def line_text(line: CaseLine, record: Record, mediators: Mapping[str, str]) -> str:
    """A line that can be noted of a case, such as "P2 is free"."""
    request = by_id(record.interventions, line.about)
    term, referral = by_id(record.terms, line.about), by_id(record.referrals, line.about)
    who = record.codes.get(line.about, "")
    if term is not None:
        who = term.what or record.codes.get(term.owed_to, "")
    elif referral is not None:
        who = referral.service_name or record.codes.get(referral.person, "")
    elif request is not None:
        who = mediators.get(request.mediator) or _("the mediator")
    if line.what == RELEASED:
        return _("%(name)s is free", name=who)
    text = str(LINE_NAMES[line.what])
    return f"{text}: {who}" if who else text


LINE_NAMES: dict[str, Any] = {
    "came": _l("Came"),
    "refused": _l("Refused"),
    "returned": _l("Given back"),
    "paid": _l("Paid"),
    "seen": _l("Seen by a clinic"),
}


def told_at(person: Person, name: str) -> str:
    """A moment of a person as it is known: without its hour where that is not."""
    moment = getattr(person, name)
    if moment is not None and name in person.hours_unknown and to_local(moment).time() == time():
        return _("%(day)s, hour not known", day=short_date_text(moment))
    return moment_text(moment)


def result_text(one: Asked, people: int) -> str:
    """Outcome of one request: "Released: 2 of 3". `people` is for how many it was."""
    words = str(RESULT_NAMES.get(one.result, one.result))
    if one.count is None or one.kind not in FOR_PEOPLE:
        return words
    return _("%(result)s: %(count)s of %(people)s", result=words, count=one.count, people=people)


def told_text(told: Result, people: int) -> str:
    """Result that a mediator tells, in her words: "Released: 2 of 3"."""
    words = str(RESULT_BUTTONS.get(told.result, told.result))
    if told.count is None:
        return words
    return _("%(result)s: %(count)s of %(people)s", result=words, count=told.count, people=people)


def results_text(one: Intervention) -> str:
    """Outcomes of all that a mediator was asked for."""
    return ", ".join(
        result_text(request, len(one.persons)) for request in one.asked if request.result
    )


_TOLD_BY_MEDIATORS: dict[str, Any] = {
    "agreed": _l("going"),
    "refused": _l("can’t"),
    "talk": _l("needs to talk"),
}


def steps_text(one: Intervention) -> str:
    """The way of a request: "asked 14:02, read 14:05, going 14:06, Released: 2 of 3 15:10"."""
    steps = [
        (_("asked"), one.asked_at),
        (_("read"), one.read_at),
        (_TOLD_BY_MEDIATORS.get(one.response, ""), one.answered_at),
        (_("not yet"), one.not_yet_at),
        *((result_text(told, len(one.persons)), told.at) for told in one.asked if told.result),
        (_("off the list") if one.response == "left" else "", one.ended_at),
    ]
    first = to_local(one.asked_at).date() if one.asked_at else None
    # Answers are known to the minute.
    shown = sorted(
        ((at, words) for words, at in steps if at and words),
        key=lambda step: step[0].replace(second=0, microsecond=0),
    )
    return ", ".join(
        f"{words} {time_text(at) if to_local(at).date() == first else moment_text(at)}"
        for at, words in shown
    )


def refusal_text(why: TermRefusal) -> str:
    """Why something is no term, and where it belongs."""
    if why is TermRefusal.TO_AUTHORITY:
        return _(
            "Nothing is owed to police, prison or county officers: it may be a bribe. Write it "
            "under What was done, as “%(act)s”.",
            act=NAMES_ACT_NAMES["M1"],
        )
    if why is TermRefusal.TO_NOBODY:
        return _(
            "Say who gets it. With police, prison or county officers as parties no payment may "
            "stay open."
        )
    if why is TermRefusal.IN_WORDS:
        return _(
            "Money or a thing for an officer is no term: write it under What was done, as "
            "“%(act)s”. If an officer gives it, choose who owes it.",
            act=NAMES_ACT_NAMES["M1"],
        )
    return _(
        "A release or an apology has no price. What was asked for it goes under What was done, "
        "as “%(act)s”.",
        act=NAMES_ACT_NAMES["M1"],
    )


PLACE_NAMES: dict[str, Any] = {"station": _l("A station"), "court": _l("A court")}
WRONG_TEXTS: dict[Wrong, Any] = {
    Wrong.NOTHING_PAID: _l("Enter how much was paid."),
    Wrong.NOT_YET: _l("This day has not come yet."),
    Wrong.NO_PLACE: _l("Choose the station, or write what the station or court is called."),
    Wrong.TO_A_HAND: _l("Bail is paid to an office, never into a hand. Write which one."),
    Wrong.NO_RECEIPT: _l("Enter the number of the receipt, or tick that none was given."),
    Wrong.RECEIPT_AND_NONE: _l("There is a number, and it is ticked that none was given."),
    Wrong.SAME_RECEIPT: _l("This receipt is written down in this case already."),
    Wrong.NO_PERSON: _l("Choose the person it was paid for."),
    Wrong.BACK_BEFORE: _l("This is before the day on which it was paid."),
    Wrong.BACK_WITHOUT_DAY: _l("Enter the day on which it was given back."),
    Wrong.MORE_BACK: _l("More was given back than was paid."),
}

# The duty to report. Its source stands beside it, and that counsel has to check it.
NOTE_NAMES: dict[str, Any] = {
    "reported": _l("It was reported"),
    "not_reported": _l("It is not reported"),
    "counsel": _l("It waits for counsel"),
}
SHOWN_NOTES: dict[str, Any] = {
    **NOTE_NAMES,
    "damaged": _l("What was noted is damaged and does not open"),
}


def duty_text() -> str:
    """Why the custodian is asked."""
    return _(
        "Persons in authority may owe a report to the Ethics and Anti-Corruption Commission within"
        " 24 hours of knowing (Bribery Act 2016, section 14). Your counsel’s written policy"
        " decides."
    )


WORD_PROBLEMS: dict[WordProblem, Any] = {
    WordProblem.SHORT: _l("Take a longer word: four letters or more."),
    WordProblem.LONG: _l("Take a shorter word: at most 40 letters."),
    WordProblem.DIGITS: _l("Take a word, not only digits."),
    WordProblem.CODE: _l("This is your code. Take another word."),
    WordProblem.OBVIOUS: _l("Somebody who finds your code would try this one. Take another word."),
}
# For each purpose, in the order in which they were asked: what ends, and what cannot be undone.
TAKING_BACK: dict[str, Any] = {
    "record": _l(
        "Nobody works with it any more: no mediator, no paper, no number, no story. Only a release"
        " is still asked, while somebody is held. It is deleted seven days from now, or later, once"
        " an officer has opened it. It stays while somebody is held, a child waits for protection,"
        " a custodian decides about what an officer took, or a court wants it. If somebody in it"
        " told an officer herself that it may stay, each is asked first. What was printed or told"
        " already cannot be called back."
    ),
    "mediation": _l(
        "No mediator is asked any more, not even for a release. One who was asked already reads at"
        " once that it ended. What was said cannot be unsaid."
    ),
    "forum_totals": _l(
        "It is not counted any more. Numbers that were shown already cannot be changed."
    ),
    "forum_story": _l("It is not told any more. What was told already cannot be untold."),
    "funder": _l("They are told no more. What they were told already stays with them."),
    "court": _l("No paper is printed any more. A paper that was given away cannot be called back."),
    "health": _l(
        "No paper speaks of health any more. A paper that was given away cannot be called back."
    ),
}


# Said before anything is asked, on the phone, on paper and on the leaflet.
SEVEN_DAYS = _l(
    "Without a yes to keep it, a report is deleted after seven days, unless somebody is held or may"
    " be under 18, somebody of this programme did it, an officer demanded or took something, help"
    " is under way, or a court asks for it."
)
# What nobody can promise, for the leaflet.
LIMITS: tuple[Any, ...] = (
    _l("A person who sees you tell it, or holds your phone while you do, knows that you did."),
    _l("A court can order that locked reports be shown."),
    _l(
        "If somebody is held, the report is seen at once. Then a person who watches the"
        " machine in that minute may guess who sent it."
    ),
    _l("Locked backups may hold a report that was deleted until they are thrown away."),
)
# What a receipt says of one that went so.
AS_ASKED: tuple[Any, Any] = (
    _l("It was deleted, as you asked"),
    _l("You did not allow us to keep it. Locked backups may hold it until they are thrown away."),
)
# What it says where two members keep a report by a paper, by `parts.HOLD_PAPERS`.
KEPT_BY_PAPER: dict[str, Any] = {
    "court_order": _l(
        "An order of a court asks for this report. Two members put that on record on %(day)s. All"
        " uses that you took back have stopped."
    ),
    "summons": _l(
        "A summons asks for this report. Two members put that on record on %(day)s. All uses that"
        " you took back have stopped."
    ),
}
# What keeps it, to an officer who reads it.
STAYS: dict[Keeps, Any] = {
    Keeps.HELD: _l("It stays while somebody is held. Then she has seven days to agree."),
    Keeps.HELP: _l("It stays while help is under way. Then she has seven days to agree."),
    Keeps.GUARDED: _l(
        "It stays until it is closed, since somebody is or may be under 18, or somebody of the "
        "programme did it. Then she has seven days to agree."
    ),
    Keeps.DECISION: _l(
        "It stays until a custodian has looked at the money or things in it. Then she has seven "
        "days to agree."
    ),
    Keeps.PAPER: _l(
        "It stays since two members put on record that a court wants it. When they end that, she "
        "has seven days to agree."
    ),
}


def last_day_text(until: Any) -> str:
    """Until when a case is kept that nothing keeps, and how many days that leaves."""
    return _(
        "Kept until %(day)s. Days left: %(days)s.",
        day=date_text(until),
        days=days_left(until, local_today()),
    )


INTERPRETER_NAMES: dict[str, Any] = {
    "none": _l("Nobody: she told it in a language that we share"),
    "peer": _l("A peer educator"),
    "relative": _l("A friend or relative"),
    "professional": _l("A trained interpreter"),
    "other": _l("Somebody else"),
}
READ_BACK_NAMES: dict[str, Any] = {"yes": _l("Yes, and she said that it is right"), "no": _l("No")}
PRESENT_NAMES: dict[str, Any] = {
    "nobody": _l("Nobody else"),
    "peer": _l("A peer educator"),
    "relative": _l("A friend or relative"),
    "guardian": _l("A parent or guardian"),
    "advocate": _l("A lawyer or advocate"),
    "held_too": _l("Somebody it was done to as well"),
    "police": _l("Somebody of the police"),
    "other": _l("Somebody else"),
}
TOLD_BEFORE_NAMES: dict[str, Any] = {
    "nobody": _l("Nobody"),
    "peer": _l("A peer educator"),
    "organisation": _l("Another organisation"),
    "lawyer": _l("A lawyer"),
    "health": _l("A clinic or hospital"),
    "police": _l("The police or an oversight body"),
    "court": _l("A court"),
    "media": _l("A journalist"),
}
