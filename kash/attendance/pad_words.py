"""Words of the pad, by the keys its modules know; numbers stand so that no plural is needed."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from kash.attendance.rules.marking import STANDARD_STATUSES, RejectionReason
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.people.words import AGE_BAND, SEX
from kash.platform.web.programme import LANGUAGES


def pad_words() -> dict[str, str]:
    """Every text of the pad in the language in use; `%(name)s` is filled in on the phone."""
    return {
        **_frame(),
        **_sending(),
        **_opening(),
        **_sessions(),
        **_marking(),
        **_at_door(),
        **_counting(),
        **_times(),
        **_signing(),
        **_answers(),
        **_people(),
        **_statuses(),
    }


def _frame() -> dict[str, str]:
    return {
        "pad": _("Register"),
        "skip": _("Skip to content"),
        "language": _("Language"),
        "back": _("Back"),
        "leave": _("Leave"),
        "leave_help": _("Leave at once. Pressing Shift three times does the same."),
        "try_again": _("Try again"),
        "no_https": _(
            "Open the site by its https address: without HTTPS the register cannot be downloaded."
        ),
        "old_browser": _(
            "This browser cannot keep a register. Use a current Chrome or Firefox, not in private."
        ),
        "open_elsewhere": _("The register is open in another window. Close it there first."),
        "broken": _("Something went wrong. Close the page and open it again; nothing is lost."),
        "left_title": _("Weather"),
        "left_says": _("No forecast. Check the connection and try again later."),
        "minutes": _("%(count)s min"),
        "hours": _("%(count)s hours"),
        "days": _("%(count)s days"),
    }


def _sending() -> dict[str, str]:
    return {
        "not_sent": _("%(count)s not sent."),
        "kept_here": _("Kept on this phone."),
        "sending": _("Being sent…"),
        "send_now": _("Send now"),
        "all_sent": _("Everything is sent."),
        "all_sent_at": _("Everything is sent, last at %(time)s."),
        "ended": _("Sign in and download the register again. What this phone keeps stays."),
        "sign_in": _("Sign in"),
        "revoked": _("This phone may no longer send. Save what it keeps as a file."),
        "refused": _("The site does not take it now. Save it as a file, or try again."),
        "save_file": _("Save as a file"),
        "file_says": _(
            "The file holds what is not sent, sealed. People who run the workshop can bring it "
            "in on the website. Nothing is deleted here before."
        ),
    }


def _opening() -> dict[str, str]:
    return {
        "pin": _("PIN"),
        "pin_asks": _("The PIN opens the register on this phone."),
        "pin_says": _("After ten wrong PINs the register is removed. What is not sent stays."),
        "open": _("Open the register"),
        "opening": _("Opening…"),
        "wrong_pin": _("This is not the PIN. Tries left: %(left)s."),
        "nothing": _("There is no register on this phone"),
        "nothing_says": _(
            "Open a workshop on the website and download its register. That needs the network once."
        ),
        "to_workshops": _("To the workshops"),
        "queue_stays": _(
            "Earlier marks are still sealed on this phone and are sent by themselves."
        ),
    }


def _sessions() -> dict[str, str]:
    return {
        "people_count": _("People: %(count)s"),
        "sessions": _("Sessions"),
        "day": _("Day %(number)s"),
        "open_session": _("Register %(session)s"),
        "closed": _("Register closed"),
        "marked_of": _("Marked: %(count)s of %(all)s"),
        "this_phone": _("This phone"),
        "codes_only": _(
            "The list holds codes and initials, no names. The PIN protects it for a while, not "
            "for ever."
        ),
        "lock": _("Lock"),
        "away": _("Put away"),
        "away_question": _("Put the register away?"),
        "away_sent": _("It is removed from this phone. Everything is sent."),
        "away_unsent": _(
            "It is removed from this phone. Not sent: %(count)s. They stay sealed and are sent "
            "by themselves."
        ),
        "keep": _("Leave it on this phone"),
        "clock_ahead": _("The clock of this phone is fast by %(span)s. Both times are kept."),
        "clock_behind": _("The clock of this phone is slow by %(span)s. Both times are kept."),
    }


def _marking() -> dict[str, str]:
    return {
        "tap_says": _("Tap people who are late or absent, then mark all others present."),
        "ahead_says": _(
            "By this phone's clock the session has not begun. If that is right, marks of "
            "presence wait on the website for a decision."
        ),
        "closed_says": _("This register is closed. Open it again on the website."),
        "find": _("Search"),
        "find_example": _("Code or initials"),
        "show": _("Show"),
        "everyone": _("Everyone"),
        "not_marked": _("Not marked"),
        "exceptions": _("Exceptions"),
        "nobody_found": _("Nobody fits."),
        "group": _("Group %(letter)s"),
        "at_door": _("came to the door"),
        "in_part": _("in part"),
        "open_marks": _("not marked"),
        "all_present": _("All present"),
        "rest_present": _("Others present: %(count)s"),
        "no_mark": _("no mark"),
    }


def _at_door() -> dict[str, str]:
    return {
        "scan": _("Scan badges"),
        "scan_says": _("Hold a badge before the camera to mark its owner present."),
        "start_camera": _("Start the camera"),
        "camera": _("What the camera sees"),
        "camera_refused": _("Allow the camera in the browser's settings."),
        "camera_none": _("This phone has no camera that the browser can use."),
        "camera_busy": _("The camera is in use elsewhere. Close the other application."),
        "camera_fails": _("The camera does not start here. Mark by hand."),
        "known": _("Is in"),
        "already_in": _("Already in"),
        "wrong_workshop": _("Another workshop"),
        "wrong_workshop_says": _("This badge is not on this register."),
        "no_badge": _("Not a badge"),
        "no_badge_says": _("This code is not one of our badges."),
        "present_of": _("Present: %(count)s of %(all)s"),
        "door": _("At the door"),
        "walk_in": _("Somebody at the door"),
        "name": _("Name or alias"),
        "name_says": _("May be empty. Sealed at once: this phone shows only the initials."),
        "which_group": _("Group"),
        "choose_group": _("Choose a group."),
        "sex": _("Sex"),
        "age": _("Age"),
        "not_said": _("Not said"),
        "minor": _("Nobody under 18 is taken in. Tell the custodian."),
        "take_in": _("Take in as present"),
        "taken_in": _("Taken in: %(code)s"),
    }


def _counting() -> dict[str, str]:
    return {
        "headcount": _("Headcount"),
        "headcount_says": _(
            "Where names are unsafe, count. Nobody is named or gets hours. A new count replaces "
            "the one before."
        ),
        "counted": _("In the room: %(count)s"),
        "save_count": _("Save the count"),
        "count_saved": _("The count is kept."),
        "note": _("Note"),
        "note_label": _("What the office should know"),
        "note_says": _("Name nobody. It is sealed at once and cannot be read on this phone."),
        "save_note": _("Save the note"),
        "note_saved": _("The note is kept."),
        "notes_made": _("Notes written on this phone for this session: %(count)s"),
    }


def _times() -> dict[str, str]:
    return {
        "session_time": _("Beginning and end"),
        "begins_now": _("The session begins now"),
        "ends_now": _("The session ends now"),
        "began_at": _("Began %(time)s"),
        "ended_at": _("Ended %(time)s"),
        "take_back": _("Take back"),
    }


def _signing() -> dict[str, str]:
    return {
        "signatures": _("Signatures"),
        "signatures_says": _(
            "People who are here sign on the screen. A signature is sealed at once: this phone "
            "cannot show it again."
        ),
        "signed": _("signed"),
        "sign": _("Sign"),
        "sign_here": _("Sign here with a finger"),
        "signed_of": _("Signed: %(count)s of %(all)s"),
        "save_signature": _("Keep the signature"),
        "signature_saved": _("The signature is kept."),
        "clear": _("Clear"),
        "nobody_present": _("Nobody is here yet"),
        "nobody_present_says": _("Mark who is present first."),
    }


def _answers() -> dict[str, str]:
    # Queries and words name each other: what asks for words first has neither.
    from kash.attendance.forms import reason_sentence

    return {
        "told": _("To be decided"),
        "told_count": _("To be decided: %(count)s."),
        "told_by_person": _(
            "These marks met others. Somebody decides on the website; nothing is lost."
        ),
        "told_nothing": _("Nothing waits to be decided."),
        "look": _("Look at them"),
        "heard": _("I have seen it"),
        "by_person": _("Decided by a person on the website."),
        "conflict": _("You marked %(mine)s; %(theirs)s is saved."),
        "met_another": _("Somebody else counted otherwise meanwhile."),
        "not_taken": _("Not taken."),
        "somebody": _("Somebody"),
        "signature": _("Signature"),
        **{f"reason_{reason}": reason_sentence(reason) for reason in RejectionReason if reason},
        "reason_other": _("The website says why."),
        "reason_not_kept": _("This phone could not keep it. Is its memory full?"),
    }


def _people() -> dict[str, str]:
    return {
        **{f"sex_{code}": str(SEX[code]) for code in SEXES},
        **{f"age_{code}": str(AGE_BAND[code]) for code in AGE_BANDS},
    }


def _statuses() -> dict[str, str]:
    """Usual words of statuses, and by `usual_…` how each is called in any language, so that the
    phone knows what the programme named otherwise."""
    from kash.attendance.forms import usual_word

    words = {f"status_{status.code}": usual_word(status.code) for status in STANDARD_STATUSES}
    called: dict[str, list[str]] = {status.code: [] for status in STANDARD_STATUSES}
    for language in LANGUAGES:
        with force_locale(language):
            for code, in_languages in called.items():
                in_languages.append(usual_word(code))
    return words | {
        f"usual_{code}": "|".join(in_languages) for code, in_languages in called.items()
    }
