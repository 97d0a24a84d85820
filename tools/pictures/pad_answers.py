"""The screens of a register that was taken along on a phone: what to do to come to each."""

from __future__ import annotations

from collections.abc import Iterator

from tools.pictures.acts import Act, Answer, Fill, Press

_PIN = "271828"
_TAKE: tuple[Act, ...] = (
    Fill("#pin", _PIN),
    Fill("#again", _PIN),
    Press("[data-take] .main", "form.pin"),
)
_OPEN: tuple[Act, ...] = (*_TAKE, Fill("form.pin #pin", _PIN), Press("form.pin .main", ".ledger"))
# The sessions of the last day are not marked yet.
_SESSION: tuple[Act, ...] = (*_OPEN, Press("main .part:nth-last-child(3) .what a", ".pad-rows"))
_MARKS: tuple[Act, ...] = (
    Press(".person:nth-child(2) .late + label", ".person:nth-child(2) .late:checked"),
    Press(".person:nth-child(4) .absent + label", ".person:nth-child(4) .absent:checked"),
    Press(".person:nth-child(5) .present + label", ".person:nth-child(5) .present:checked"),
)


def _screen(called: str, *acts: Act) -> Answer:
    return Answer("trainer", "workshops.pad", called, acts, writes=True)


def pad_answers() -> Iterator[Answer]:
    """Screens of the phone, one after the other."""
    easy = (Fill("#pin", "123456"), Press("[data-take] .main", "#pin-error:not([hidden])"))
    yield _screen("guessed", *easy)
    yield _screen("pin", *_TAKE)
    yield _screen(
        "wrong-pin",
        *_TAKE,
        Fill("form.pin #pin", "314159"),
        Press("form.pin .main", "#pin-error:not([hidden])"),
    )
    yield _screen("sessions", *_OPEN)
    yield _screen("register", *_SESSION)
    yield _screen("marked", *_SESSION, *_MARKS)
    for called, shows in (
        ("walk-in", "#name"),
        ("count", "#counts"),
        ("note", "textarea"),
        ("scan", ".actions .main"),
    ):
        yield _screen(called, *_SESSION, Press(f".ways a[href$='/{called}']", shows))
    signing = (*_SESSION, *_MARKS, Press(".ways a[href$='/signatures']", ".signatures"))
    yield _screen("signatures", *signing)
    yield _screen("sign", *signing, Press(".signatures a", "canvas"))
    yield _screen("put-away", *_OPEN, Press("main .btn.bad", "dialog[open]"))
