"""The two files of bulk mobile money: the one that is sent, and the one that comes back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kash.payouts.rules.amounts import read_amount, written_amount
from kash.payouts.rules.steps import PaymentState, next_states, takes_two

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 10
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
MOST_RESULTS = 5_000

_HEADINGS: Mapping[str, frozenset[str]] = {
    "reference": frozenset(
        {
            "reference",
            "ref",
            "external reference",
            "client reference",
            "account reference",
            "kumbukumbu",
        }
    ),
    "state": frozenset({"status", "state", "result", "transaction status", "hali"}),
    "amount": frozenset({"amount", "transaction amount", "value", "kiasi"}),
    "receipt": frozenset(
        {
            "receipt",
            "receipt no",
            "transaction id",
            "mpesa receipt",
            "transaction receipt",
            "risiti",
        }
    ),
    "reason": frozenset(
        {"reason", "description", "result description", "failure reason", "sababu"}
    ),
}
_STATES: Mapping[PaymentState, frozenset[str]] = {
    PaymentState.PAID: frozenset(
        {"paid", "success", "successful", "completed", "complete", "sent", "ok"}
    ),
    PaymentState.FAILED: frozenset(
        {"failed", "failure", "error", "rejected", "declined", "expired"}
    ),
    PaymentState.RETURNED: frozenset({"returned", "reversed", "refunded", "reversal"}),
}


@dataclass(frozen=True)
class Transfer:
    """One line of the file that is sent: the phone in E.164, the amount in cents."""

    phone: str
    cents: int
    reference: str


def bulk_file(transfers: Sequence[Transfer]) -> list[str]:
    """The lines of the file without their ends.

    The phone stands without its plus sign, as the portals of mobile money take it, so that no
    cell begins like a formula. The last line but one holds the sum and the number of transfers,
    the last the SHA-256 of everything before it, with "\\r\\n" after each line.
    """
    lines = ["phone,amount,reference"]
    lines += [
        f"{one.phone.lstrip('+')},{written_amount(one.cents)},{one.reference}" for one in transfers
    ]
    lines.append(f"TOTAL,{written_amount(sum(one.cents for one in transfers))},{len(transfers)}")
    before = "".join(f"{line}\r\n" for line in lines)
    lines.append(f"CHECKSUM,sha256,{hashlib.sha256(before.encode()).hexdigest()}")
    return lines


def as_reference(typed: str) -> str:
    """A reference as it is stored, however it was written down."""
    return re.sub(r"[\s-]", "", typed).upper().translate(_READ_AS)


def new_reference(choice: object) -> str:
    """A random reference; `choice` picks one of a sequence, as `secrets.choice`."""
    return "".join(choice(_ALPHABET) for _ in range(REFERENCE_LENGTH))  # type: ignore[operator]


class RowFault(StrEnum):
    """Fault in a row of a result."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    STATE = "state"
    AMOUNT = "amount"
    STEP = "step"
    OTHERWISE = "otherwise"
    ANOTHER = "another"
    MAKER = "maker"


@dataclass(frozen=True)
class PaymentResult:
    """A row that came back, as far as it was understood. `row` counts as the file's rows do."""

    row: int
    reference: str
    state: PaymentState | None
    cents: int | None
    receipt: str = ""
    reason: str = ""
    unread_amount: bool = False


@dataclass(frozen=True)
class Payment:
    """A payment that waits for its result, or had one.

    Of one that is paid, `means` says how and `receipt` by which number of mobile money; `files` is
    in how many files it was sent. `made_file` is whether the account that brings the result made
    its file, `waits` whether its failure waits for approval already.
    """

    cents: int
    state: PaymentState
    in_file: bool = False
    means: str = "mobile"
    receipt: str = ""
    files: int = 1
    made_file: bool = False
    waits: bool = False


@dataclass(frozen=True)
class Matched:
    """Matches of a result file: what it changes, `reversals` of which wait for approval; rows that
    say what is known already; and what is wrong."""

    changes: tuple[PaymentResult, ...]
    known: tuple[PaymentResult, ...]
    faults: tuple[tuple[PaymentResult, RowFault], ...]
    reversals: int = 0


class NoColumns(ValueError):
    """The file has no columns of references and states."""


def read_results(rows: Sequence[tuple[int, Sequence[str]]]) -> list[PaymentResult]:
    """The results of a table whose head is among its first rows. Raises NoColumns.

    Rows without a reference are left out: sums, and what a portal writes below.
    """
    for position, (_, head) in enumerate(rows[:20]):
        columns = _columns(head)
        if {"reference", "state"} <= columns.keys():
            return [
                result
                for number, cells in rows[position + 1 :][:MOST_RESULTS]
                if (result := _result(number, cells, columns)) is not None
            ]
    raise NoColumns


def _columns(head: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, heading in enumerate(head):
        plain = " ".join(re.sub(r"[^a-z]+", " ", heading.casefold()).split())
        for name, known in _HEADINGS.items():
            if plain in known:
                found.setdefault(name, position)
    return found


def _result(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> PaymentResult | None:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    reference = as_reference(cell("reference"))
    if not reference:
        return None
    said = cell("state").casefold()
    state = next((one for one, known in _STATES.items() if said in known), None)
    amount = re.sub(r"^[A-Z]{3}\s*", "", cell("amount"))
    cents = read_amount(amount) if amount else None
    return PaymentResult(
        row=number,
        reference=reference,
        state=state,
        cents=cents,
        receipt=cell("receipt")[:60],
        reason=cell("reason")[:200],
        unread_amount=bool(amount) and cents is None,
    )


def match_results(payments: Mapping[str, Payment], results: Sequence[PaymentResult]) -> Matched:
    """Match each row with its payment, by its reference and nothing else."""
    changes: list[PaymentResult] = []
    known: list[PaymentResult] = []
    faults: list[tuple[PaymentResult, RowFault]] = []
    seen: set[str] = set()
    reversals = 0
    for result in results:
        fault = _fault(payments.get(result.reference), result, seen)
        seen.add(result.reference)
        if fault is not None:
            faults.append((result, fault))
        elif payments[result.reference].state is result.state or _waits(
            payments[result.reference], result
        ):
            known.append(result)
        else:
            changes.append(result)
            reversals += result.state is not None and takes_two(
                payments[result.reference].state, result.state
            )
    return Matched(tuple(changes), tuple(known), tuple(faults), reversals)


def _waits(payment: Payment, result: PaymentResult) -> bool:
    return payment.waits and result.state is not None and takes_two(payment.state, result.state)


def _fault(payment: Payment | None, result: PaymentResult, seen: set[str]) -> RowFault | None:
    if payment is None:
        return RowFault.UNKNOWN
    if result.reference in seen:
        return RowFault.TWICE
    if result.state is None:
        return RowFault.STATE
    if result.unread_amount or result.cents not in (None, payment.cents):
        return RowFault.AMOUNT
    if result.state is payment.state is PaymentState.PAID:
        # What says "paid" is known only if it is the same money.
        if payment.means != "mobile":
            return RowFault.OTHERWISE
        if not _same_receipt(payment, result):
            return RowFault.ANOTHER
    if result.state is not payment.state and result.state not in next_states(
        payment.state, in_file=payment.in_file
    ):
        return RowFault.STEP
    if payment.made_file and takes_two(payment.state, result.state) and not payment.waits:
        return RowFault.MAKER
    return None


def _same_receipt(payment: Payment, result: PaymentResult) -> bool:
    if payment.receipt and result.receipt:
        return payment.receipt.casefold() == result.receipt.casefold()
    # Without both numbers two files can't be told apart.
    return payment.files < 2
