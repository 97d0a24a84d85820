"""Designs of certificates, signatures, marks and batches, as they answer to what is pressed."""

from __future__ import annotations

from collections.abc import Iterator

from tools.pictures.acts import Act, Answer, Attach, Fill, Press

_SAVE = "main form.form button.main"
_ERRORS = Press(_SAVE, "[data-errors], main [aria-invalid=true]", 422)
_SAID = ".toast"
_USE = "main form[action$='/use'] button"
_NO_PICTURE = (Attach("#picture", "drawing.png", b"no picture"), _ERRORS)
# A change that waits to be put into use.
_CHANGED: tuple[Act, ...] = (
    Press("main a[href$='/edit']", "form[data-preview]"),
    Fill("[name=heading_en]", "Certificate of Courage"),
    Press(_SAVE, _USE),
)


def design_answers() -> Iterator[Answer]:
    """Answers to the director and to a trainer about designs."""
    yield from _of_designs()
    yield from _of_pictures()
    yield from _of_batches()


def _of_designs() -> Iterator[Answer]:
    search = "main form[role=search]"
    for called, typed, shows in (("people", "mfano", "#found"), ("nobody", "Zzzz", "main .empty")):
        acts = (Fill(f"{search} [name=search]", typed), Press(f"{search} button.btn", shows))
        yield Answer("director", "certificates.design", called, acts)
    taken = (Fill("[name=name]", "Guilloche with seal"), _ERRORS)
    yield Answer("director", "certificates.new_design", "taken", taken)
    edit = ("director", "certificates.edit_design")
    yield Answer(*edit, "too-pale", (Fill("[name=accent]", "#eeeeee"), _ERRORS))
    meanwhile = (Fill("[name=row_version]", "0"), Press(_SAVE, "main .note", 409))
    yield Answer(*edit, "meanwhile", meanwhile)
    design = ("director", "certificates.design")
    yield Answer(*design, "changed", _CHANGED, writes=True)
    late = (*_CHANGED, Fill("main [name=row_version]", "0"), Press(_USE, "main .note", 409))
    yield Answer(*design, "late", late, writes=True)
    yield Answer(*design, "in-use", (*_CHANGED, Press(_USE, _SAID)), writes=True)
    retire = "main form[action$='/retire'] button"
    yield Answer(*design, "out-of-use", (Press(retire, _SAID),), "own", writes=True)


def _of_pictures() -> Iterator[Answer]:
    for endpoint in ("certificates.design_pictures", "certificates.mark", "certificates.signature"):
        yield Answer("director", endpoint, "no-picture", _NO_PICTURE)
    removed = (Press("main .pictures button", _SAID),)
    yield Answer("director", "certificates.design_pictures", "removed", removed, writes=True)
    allowed = (Press("main form[action*='/designs/'] button", _SAID),)
    yield Answer("director", "certificates.signature", "allowed", allowed, writes=True)


def _of_batches() -> Iterator[Answer]:
    unsaid = (Press("main form[action$='/turn-back'] button", "main [aria-invalid=true]", 422),)
    yield Answer("director", "certificates.batch", "unsaid", unsaid, "proposed")
    batch = ("trainer", "certificates.batch")
    asked = (Press("main a[href$='/issue']", "dialog[open]"),)
    yield Answer(*batch, "asked", asked, "approved")
    for called, step, variant in (
        ("stopped", "stop", "issuing"),
        ("left-out", "leave-out", "stopped"),
    ):
        pressed = (Press(f"main form[action$='/{step}'] button", _SAID),)
        yield Answer(*batch, called, pressed, variant, writes=True)
