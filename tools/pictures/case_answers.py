"""Pages of the vault and of cases that come only when something was typed and pressed."""

from __future__ import annotations

from collections.abc import Iterator

from kash.desk.demo.opening import CaseWork
from tools.pictures.acts import Act, Answer, Attach, Fetch, Fill, Press

_ERRORS = Press("main form:not([role=search]) button.main", "[data-errors]", 422)
_BEGIN = Press("button[value=begin]", "form[data-code]")
# What each screen is answered, in order; "next" then leads to the one after it.
_SCREENS: tuple[tuple[Fill, ...], ...] = (
    (Fill("[name=acts][value=L1]"), Fill("[name=acts][value=H1]")),
    (Fill("[name=place]", "Kondele"),),
    (Fill("[name=count]", "3"), Fill("[name=ages][value='18_24']")),
    (Fill("[name=who]", "Police, I do not know from where"),),
    (Fill("[name=wanted][value=release]"), Fill("[name=consents][value=mediation]")),
    (Fill("[name=narrative]", "They were taken in the night."), Fill("[name=teller][value=peer]")),
)
_NEXT = "form[data-code] .actions button[value=next]"
# What only the page of each step has.
_SHOWS = (
    "[name=acts]",
    "[name=place]",
    "[name=count]",
    "[name=description]",
    "[name=wanted]",
    "[name=narrative]",
    "ol.answered",
)


def case_answers(work: CaseWork) -> list[Answer]:
    """All of them."""
    return [*_of_the_vault(), *_of_filing(work), *_of_the_register(), *_of_cases(), *_papers()]


def _of_the_vault() -> Iterator[Answer]:
    wrong = (Fill("#passphrase", "not these six words of mine"), Fill("#code", "000000"), _ERRORS)
    yield Answer("documentation", "members.open_vault", "wrong", wrong, closed=True)
    agreed = Press("button[value=grant]", ".toast, .note")
    yield Answer("custodian", "members.identity_request", "agreed", (agreed,), writes=True)


def _through(steps: int) -> tuple[Act, ...]:
    acts: list[Act] = [_BEGIN]
    for number in range(steps):
        acts += [*_SCREENS[number], Press(_NEXT, _SHOWS[number + 1])]
    return tuple(acts)


def _of_filing(work: CaseWork) -> Iterator[Answer]:
    names = ("what", "when", "whom", "who", "next", "words", "review")
    for number, name in enumerate(names):
        yield Answer("peer", "incidents.filing", name, _through(number), writes=True)
    helped = Press("button[value=help]", "button[value=here]")
    yield Answer("peer", "incidents.filing", "help", (*_through(1), helped), writes=True)
    sent = Press("button[value=send]", ".second-word")
    yield Answer("peer", "incidents.filing", "sent", (*_through(6), sent), writes=True)
    held = Press("button[value=begin-yes]", ".send-now button")
    yield Answer("peer", "incidents.filing", "held", (held,), writes=True)
    now = Press(".send-now button", ".second-word")
    yield Answer("peer", "incidents.filing", "sent-now", (held, now), writes=True)
    known = Press("button[value=know]", ".large-code:not(.second-word)")
    yield Answer("peer", "incidents.filing", "code", (*_through(6), sent, known), writes=True)
    later = "details:has(#code)"
    found = (
        Press(f"{later} summary", f"{later}[open]"),
        Fill("#code", work.draft or "x"),
        Press(f"{later} button[value=resume]", "ol.answered"),
    )
    yield Answer("peer", "incidents.filing", "resumed", found)
    both = (Fill("#code", work.receipt.code), Fill("#word", work.receipt.word))
    opened = (*both, Press("main form.large button.main", ".verdict"))
    yield Answer("peer", "incidents.receipt", "told", opened)
    ticked = Fill("[name=purposes][value=mediation]")
    sure = Press("button[value=take]", "button[value=sure]")
    taken = (*opened, ticked, sure, Press("button[value=sure]", ".note.good"))
    yield Answer("peer", "incidents.receipt", "taken back", taken, writes=True)
    nothing = (
        Fill("#code", "0000 0000 0000"),
        Fill("#word", "embe chui"),
        Press("main form.large button.main", "[data-errors]", 422),
    )
    yield Answer("peer", "incidents.receipt", "nothing", nothing)


def _of_the_register() -> Iterator[Answer]:
    for called, words, shows in (
        ("found", "condoms", "main table"),
        ("nothing", "Zzzz", "main .empty"),
    ):
        search = "main form[role=search]"
        acts = (Fill(f"{search} [name=words]", words), Press(f"{search} button.btn", shows))
        yield Answer("documentation", "incidents.index", called, acts)
    view = Press("#views ~ * button:has-text('Kondele'), button:has-text('Kondele, open')", "table")
    yield Answer("documentation", "incidents.index", "view", (view,))
    linking = (Fill("main [name=words]", "Kondele"), Press("main .filters button", "main .ledger"))
    yield Answer("documentation", "incidents.links", "found", linking)


def _of_cases() -> Iterator[Answer]:
    reopened = (_ERRORS,)
    yield Answer("documentation", "incidents.step", "no-reason", reopened, "closed")
    yield Answer("documentation", "incidents.assign", "to-nobody", _assigned(), writes=True)
    unanswered = Press("form:not([role=search]) button.main", "[data-errors]", 422)
    yield Answer("documentation", "incidents.ask_mediator", "unanswered", (unanswered,))
    wrong = Attach("#file", "photo.jpg", b"this is no photo")
    refused = (wrong, Fill("#label", "A photo"), Press("button.main", ".error"))
    yield Answer("documentation", "incidents.add_evidence", "no-photo", refused)
    yield Answer("documentation2", "incidents.edit_case", "beside", _both_write(), writes=True)
    read = Press("button:has-text('Read it')", "main dl")
    yield Answer("custodian", "incidents.identity", "read", (read,), writes=True)


def _assigned() -> tuple[Act, ...]:
    return Fill("#account", "Nobody yet"), Press("button.main", ".toast, .note")


def _both_write() -> tuple[Act, ...]:
    """The same page is sent twice with another version: as if somebody else had been first."""
    return (
        Fill("[name=version]", "0"),
        Fill("[name=narrative]", "She was stopped by two officers near the bridge."),
        Press(".record-end button.main", "[data-errors]", 409),
    )


def _papers() -> Iterator[Answer]:
    sheet = Fetch("form[action$='/sheet'] button")
    yield Answer("documentation", "incidents.evidence", "sheet", (), paper=sheet)
    file = Fetch("main form button.main")
    yield Answer("documentation", "incidents.case_file", "paper", (), paper=file)
