"""Texts of the test's page on a phone, in the language of the moment."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES


def phone_words() -> dict[str, str]:
    """All texts by the names that the script knows; {name} stands for what it puts there."""
    return {
        "itself": LANGUAGES.get(language_code(), language_code()),
        "leave": _("Leave"),
        "title": _("Questions"),
        "lead": _("Nobody needs an account. Take your time; you can change an answer."),
        "hall": _("Code on the wall"),
        "badge": _("Code of your badge"),
        "scan": _("Scan the badge"),
        "open": _("Begin"),
        "promise": _(
            "The trainer sees your answers and helps where something is not known yet. What you"
            " answered leaves this phone once it is sent and you are at the end."
        ),
        "no_network": _("There is no network just now. What you typed stays here; try again."),
        "no_storage": _("This browser keeps nothing. Open the page in an ordinary window."),
        "place": _("Question {at} of {all}"),
        "one": _("Choose one"),
        "several": _("Several may be right: tick all of them."),
        "own_words": _("Write no names. Only the programme's staff read this."),
        "name_hint": _("There may be a name or a number in this. Write it without, please."),
        "back": _("Back"),
        "next": _("Next"),
        "finish": _("Finish"),
        "saved_here": _("Saved on this phone, not sent yet: {count}"),
        "refused": _(
            "The server does not take these answers: {count}. They stay on this phone. Show this"
            " to the trainer, then begin again with the badge."
        ),
        "all_sent": _("Sent. The server has all your answers."),
        "end": _("That was all"),
        "answered": _("Answered: {done} of {all}."),
        "keep_open": _(
            "Keep this page. What is saved is sent by itself as soon as there is a network."
        ),
        "may_close": _("You may close this page."),
        "look_again": _("Look at my answers"),
        "change": _("Change an answer: the badge once more"),
        "another": _("Somebody else answers on this phone"),
        "closed": _("The test is closed"),
        "late": _("Answers that came too late, or could not be taken: {count}. Tell the trainer."),
        "over": _("Thank you. Nothing of it is left on this phone."),
    }
