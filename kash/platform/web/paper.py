"""Paper of the programme: neutral words, and a picture where it is wanted."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kash.platform import storage

# Each kind of paper on which the logo may stand. Nowhere unless it was chosen.
PAPER_KINDS = ("certificates", "minutes", "registers", "consents")
MOST_SIGNERS = 3


@dataclass(frozen=True)
class PaperSigner:
    """A line to sign on: a name, if it is always the same one, and what she signs as."""

    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class PaperWording:
    """Words on paper; whatever is empty goes by its usual word.

    `certificate_signers` are the lead trainer, whoever approved, and a third if one is set;
    `minutes_signers` are titles only. `logo` is a key of the file store.
    """

    address: str = ""
    footer: str = ""
    certificate_signers: tuple[PaperSigner, ...] = ()
    minutes_signers: tuple[str, ...] = ()
    logo: str = ""
    logo_on: frozenset[str] = frozenset()

    @property
    def address_lines(self) -> list[str]:
        """The address, line by line."""
        return [line.strip() for line in self.address.splitlines() if line.strip()]

    def signer(self, place: int) -> PaperSigner:
        """Signer that is set for a place among those who sign certificates; empty if none is."""
        signers = self.certificate_signers
        return signers[place] if place < len(signers) else PaperSigner()


def paper_from(kept: Mapping[str, Any] | None) -> PaperWording:
    """Wording on paper, from the programme's settings."""
    found = kept or {}
    return PaperWording(
        address=str(found.get("address", "")),
        footer=str(found.get("footer", "")),
        certificate_signers=tuple(
            PaperSigner(str(name), str(title))
            for name, title in found.get("certificate_signers", ())
        )[:MOST_SIGNERS],
        minutes_signers=tuple(str(title) for title in found.get("minutes_signers", ()))[
            :MOST_SIGNERS
        ],
        logo=str(found.get("logo", "")),
        logo_on=frozenset(found.get("logo_on", ())) & frozenset(PAPER_KINDS),
    )


def logo_address(wording: PaperWording, kind: str) -> str:
    """The logo as a `data:` address for a kind of paper; empty where it is not wanted."""
    return picture_address(wording) if kind in wording.logo_on else ""


def picture_address(wording: PaperWording) -> str:
    """The logo as a `data:` address, wherever it is wanted; empty if there is none any more."""
    if not wording.logo:
        return ""
    try:
        content = storage.get(wording.logo)
    except storage.StorageError:
        # Paper without its picture is better than none.
        return ""
    return "data:image/png;base64," + b64encode(content).decode("ascii")
