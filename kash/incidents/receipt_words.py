"""The words of receipts: why a second word is refused, and what taking back can and cannot undo."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.incidents.rules.filing import WordProblem

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
