"""The records by which mail programs believe that a sender's mail is its own: SPF, DKIM and DMARC,
as the domain name system says them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_SPF, _DKIM, _DMARC = "v=spf1", "v=dkim1", "v=dmarc1"
_PATIENCE = 5.0
# Told a name, answers its TXT records; none where there is no such name. Raises NoRecords.
Ask = Callable[[str], Sequence[str]]


class NoRecords(Exception):
    """The domain name system could not be asked."""


class DomainRecord(StrEnum):
    """The condition of a record: in order, not there, weaker than it should be, there twice, not
    asked for, or nobody answered."""

    GOOD = "good"
    MISSING = "missing"
    WEAK = "weak"
    DOUBLE = "double"
    UNASKED = "unasked"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True)
class SenderDomain:
    """A domain that mail is sent from, and its three records."""

    domain: str
    spf: DomainRecord
    dkim: DomainRecord
    dmarc: DomainRecord


def domain_of(sender: str) -> str:
    """The domain of a sender such as `Office <office@example.org>`; empty for one that nobody
    outside this machine knows."""
    found = re.search(r"@([A-Za-z0-9.-]+)", sender)
    domain = found[1].lower().strip(".") if found else ""
    return domain if "." in domain else ""


def spf_record(texts: Sequence[str]) -> DomainRecord:
    """SPF: exactly one, that ends by refusing others (`-all`, `~all`) or leads to one that does."""
    found = [text.lower().split() for text in texts if text.lower().startswith(_SPF)]
    if len(found) != 1:
        return DomainRecord.DOUBLE if found else DomainRecord.MISSING
    words = found[0]
    closed = "-all" in words or "~all" in words or any(w.startswith("redirect=") for w in words)
    return DomainRecord.GOOD if closed else DomainRecord.WEAK


def dkim_record(texts: Sequence[str]) -> DomainRecord:
    """DKIM: a key under the selector; one that is empty was taken back."""
    tags = [_tags_in(text) for text in texts if "p=" in text.lower()]
    if not tags:
        return DomainRecord.MISSING
    return DomainRecord.GOOD if any(each.get("p") for each in tags) else DomainRecord.WEAK


def dmarc_record(texts: Sequence[str]) -> DomainRecord:
    """DMARC: exactly one, that asks for what is false to be put aside or refused."""
    found = [_tags_in(text) for text in texts if text.lower().startswith(_DMARC)]
    if len(found) != 1:
        return DomainRecord.DOUBLE if found else DomainRecord.MISSING
    asked = found[0].get("p", "").lower()
    return DomainRecord.GOOD if asked in ("quarantine", "reject") else DomainRecord.WEAK


def _tags_in(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def look_up(domain: str, selector: str, ask: Ask) -> SenderDomain:
    """The records of a domain; without a selector nobody knows where the key of DKIM stands."""

    def asked(name: str, judge: Callable[[Sequence[str]], DomainRecord]) -> DomainRecord:
        try:
            return judge(ask(name))
        except NoRecords:
            return DomainRecord.NO_ANSWER

    return SenderDomain(
        domain,
        asked(domain, spf_record),
        asked(f"{selector}._domainkey.{domain}", dkim_record) if selector else DomainRecord.UNASKED,
        asked(f"_dmarc.{domain}", dmarc_record),
    )


def ask_dns(name: str) -> list[str]:
    """TXT records of a name by the machine's own resolver. Raises NoRecords."""
    # It takes some megabytes, which only the worker's child pays.
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        raise NoRecords from None
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]
