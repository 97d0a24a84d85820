"""Receipts, and what each opens: found only by its code and its second word together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from kash.incidents.rules.receipts import code_from, word_as_read, word_from
from kash.platform.vault import lookup, stretched


@dataclass(frozen=True)
class Receipt:
    """Receipt that is given to somebody who sent a report. It is kept nowhere."""

    code: str = field(repr=False)
    word: str = field(repr=False)


@dataclass(frozen=True)
class ReceiptKeys:
    """Keys that code and word make together: `hash` is kept of them, `notes` opens what is noted
    for whoever holds both."""

    hash: str
    notes: bytes = field(repr=False)


@lru_cache(maxsize=4)
def drawn_words(language: str) -> tuple[str, ...]:
    """The words from which a second word is drawn, of a language or else in English."""
    folder = files("kash.incidents").joinpath("drawn")
    listed = folder.joinpath(f"{language}.txt")
    return tuple((listed if listed.is_file() else folder.joinpath("en.txt")).read_text().split())


def receipt_by(draft: str, token: str, language: str) -> Receipt:
    """The receipt with a drawn word that a page gives which sends a draft.

    It follows from the draft's code, the page's token and the server's key: whoever has only one or
    two of them learns nothing of it.
    """
    seed = bytes.fromhex(lookup(f"{draft} {token}", kind="incidents.sending"))
    return Receipt(code_from(seed), word_from(seed, drawn_words(language)))


def page_hash(draft: str, token: str) -> str:
    """Hash that is kept for an hour of a page by which a draft was sent."""
    return lookup(f"{draft} {token}", kind="incidents.sent_page")


def keys_of(code: str, word: str) -> ReceiptKeys:
    """Keys that a code and a word make with the server's key: one run of argon2id, so that whoever
    has a code, the database and the key tries words slowly, and without the key not at all.

    Never to be called inside a write transaction.
    """
    salt = bytes.fromhex(lookup(code, kind="incidents.receipt.salt"))[:16]
    slow = stretched(f"{code} {word_as_read(word)}", salt).hex()
    return ReceiptKeys(
        lookup(slow, kind="incidents.receipt"),
        bytes.fromhex(lookup(slow, kind="incidents.receipt.notes")),
    )
