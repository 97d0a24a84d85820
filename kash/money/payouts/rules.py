"""Amounts of money, in whole cents: reading what is typed, and sharing without losing a cent.
Approval of money: what it fixes, and how a payment is told that still is what was approved. A
payment is approved for a payee, an amount and a currency; by mobile money only if there was a
phone, and to that phone. What is compared are keyed digests, so that neither a database nor the
audit tells a phone. Double claims: one person, one day, two workshops. Rates by role and distance
band; with what somebody attended they give what is due. How lists and payments move on, and
whether the money adds up. The two files of bulk mobile money: the one that is sent, and the one
that comes back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

# More than any payout; what is larger was mistyped.
MOST_CENTS = 100_000_000
# The bearer of a part that no funder pays.
OWN_MEANS = ""

_TYPED = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{1,2}))?")


def read_amount(typed: str) -> int | None:
    """Cents from "500", "1,500" or "1500.50"; None if it is no amount, or one beyond reason."""
    typed_amount = _TYPED.fullmatch(typed.strip())
    if typed_amount is None:
        return None
    cents = int(typed_amount[1].replace(",", "")) * 100 + int(
        (typed_amount[2] or "0").ljust(2, "0")
    )
    return cents if cents <= MOST_CENTS else None


def written_amount(cents: int) -> str:
    """As machines read it: "1500.50", always with two decimals."""
    return f"{cents // 100}.{cents % 100:02d}"


def shared(cents: int, shares: Sequence[tuple[str, int]]) -> dict[str, int]:
    """An amount split by per cent, so that the parts add up to it to the cent.

    By largest remainders: each gets what is due rounded down, and the cents left over go one by the
    one that rounding took most from, the first named first. What the shares leave of a hundred
    stands under OWN_MEANS. Shares are positive and add up to a hundred at most.
    """
    left = 100 - sum(share for _, share in shares)
    all_shares = [*shares, *([(OWN_MEANS, left)] if left else [])]
    parts = {name: cents * share // 100 for name, share in all_shares}
    rest = cents - sum(parts.values())
    by_remainder = sorted(all_shares, key=lambda one: -(cents * one[1] % 100))
    for name, _ in by_remainder[:rest]:
        parts[name] += 1
    return parts


class ApprovedPayment(NamedTuple):
    """A payment: the public id of the person who gets it, how much, and the phone in E.164 or
    empty."""

    payee: str
    cents: int
    currency: str
    phone: str = ""


class Fixed(NamedTuple):
    """The digests of a payment in cash and by mobile money; the latter is empty without a phone.

    Lists that were approved before digests were kept have neither.
    """

    cash: str | None = None
    mobile: str | None = None


class PaymentDifference(StrEnum):
    """In what a payment is no longer what was approved."""

    PAYEE = "payee"
    PHONE = "phone"
    NO_PHONE = "no_phone"


def written(payment: ApprovedPayment, *, mobile: bool) -> str:
    """The text of which the digest is made; no two payments are written alike."""
    parts = ["mobile" if mobile else "cash", payment.payee, written_amount(payment.cents)]
    return "|".join([*parts, payment.currency, *([payment.phone] if mobile else [])])


def difference(approved: Fixed, now: Fixed, *, mobile: bool) -> PaymentDifference | None:
    """In what a payment differs from what was approved; None if it may be paid in this way.

    What was approved before digests were kept may be paid in cash, and goes back if it is to be
    sent: nobody can say any more to which phone that was.
    """
    if approved.cash is not None and approved.cash != now.cash:
        return PaymentDifference.PAYEE
    if not mobile or approved.mobile == now.mobile:
        return None
    return PaymentDifference.NO_PHONE if approved.mobile is None else PaymentDifference.PHONE


class Claim(NamedTuple):
    """A day for which somebody is paid in a workshop; all by their keys."""

    person: int
    day: date
    workshop: int


@dataclass(frozen=True, order=True)
class Double:
    """A day that is claimed twice. `first` is the smaller key of the two workshops."""

    day: date
    person: int
    first: int
    second: int

    def other(self, workshop: int) -> int:
        """The workshop on the other side."""
        return self.second if workshop == self.first else self.first


class Settled(NamedTuple):
    """How a double claim was settled: the workshop that pays the day, None if both do."""

    keeps: int | None


def doubles(claims: Iterable[Claim]) -> list[Double]:
    """Every pair of workshops in which one person claims one day, each once, by day."""
    places: dict[tuple[date, int], set[int]] = {}
    for claim in claims:
        places.setdefault((claim.day, claim.person), set()).add(claim.workshop)
    return sorted(
        Double(day, person, *sorted(pair))
        for (day, person), workshops in places.items()
        for pair in combinations(sorted(workshops), 2)
    )


def blocks(double: Double, settled: Settled | None, workshop: int) -> bool:
    """True if a double claim keeps a list of this workshop, which claims the day, from approval."""
    return settled is None or settled.keeps not in (None, workshop)


def paid_elsewhere(
    settlements: Mapping[Double, Settled], person: int, workshop: int
) -> frozenset[date]:
    """The days of a person that were settled to be paid by another workshop."""
    return frozenset(
        double.day
        for double, settled in settlements.items()
        if double.person == person
        and workshop in (double.first, double.second)
        and settled.keeps not in (None, workshop)
    )


ROLES = ("participant", "facilitator", "driver", "interpreter", "helper")
MOST_BANDS = 6
WHOLE = 100


class Basis(StrEnum):
    """Basis on which a rate is paid."""

    DAY = "day"
    SESSION = "session"


@dataclass(frozen=True)
class RoleRates:
    """The rates of one role: cents for each band, None where nothing is paid."""

    basis: Basis
    cents: tuple[int | None, ...]


@dataclass(frozen=True)
class Rates:
    """A rate table.

    A session counts if the weight of its mark (0 to 100) reaches `least_weight`. With `weighted` it
    then counts as much as its weight, a day as much as the best of its sessions; else as a whole.
    """

    bands: tuple[str, ...]
    roles: Mapping[str, RoleRates]
    least_weight: int = 1
    weighted: bool = False
    currency: str = "KES"


class NotDue(StrEnum):
    """Why nothing can be said to be due yet, or is not paid."""

    BAND = "band"
    RATE = "rate"


class DecidedPart(NamedTuple):
    """Part of one payee as it was decided. `extra` is in cents and comes once, whatever was
    attended."""

    role: str = "participant"
    band: int | None = None
    waived: bool = False
    extra: int = 0


class Sitting(NamedTuple):
    """A session that took place, on a day, with the weight of somebody's mark in it."""

    day: date
    weight: int


class Due(NamedTuple):
    """Amount that is due, and why. `units` are hundredths of a day or of a session; money is in
    cents."""

    days: tuple[date, ...] = ()
    units: int = 0
    basis: Basis = Basis.DAY
    rate: int = 0
    extra: int = 0
    cents: int = 0
    missing: NotDue | None = None


def due(
    rates: Rates, part: DecidedPart, sittings: Iterable[Sitting], left_out: Collection[date] = ()
) -> Due:
    """Amount that is due to one payee. `left_out` are days that are paid elsewhere.

    Half a cent and more is rounded up. The person who attended nothing gets nothing, an extra
    included.
    """
    weights: dict[date, int] = {}
    sessions = 0
    for sitting in sittings:
        if sitting.day in left_out or sitting.weight < max(rates.least_weight, 1):
            continue
        counts = sitting.weight if rates.weighted else WHOLE
        sessions += counts
        weights[sitting.day] = max(weights.get(sitting.day, 0), counts)
    days = tuple(sorted(weights))
    if not days or part.waived:
        return Due(days=days)
    band = part.band
    if band is None or band >= len(rates.bands):
        return Due(days=days, missing=NotDue.BAND)
    role = rates.roles.get(part.role)
    rate = role.cents[band] if role is not None else None
    if role is None or rate is None:
        return Due(days=days, extra=part.extra, cents=part.extra, missing=NotDue.RATE)
    units = sessions if role.basis is Basis.SESSION else sum(weights.values())
    return Due(
        days=days,
        units=units,
        basis=role.basis,
        rate=rate,
        extra=part.extra,
        cents=(rate * units + WHOLE // 2) // WHOLE + part.extra,
    )


def merged_part(kept: Mapping[str, object], gone: Mapping[str, object]) -> dict[str, object]:
    """Changes in the decided part of who is kept, when two people were one: an open band, and what
    is paid extra once, unless something else was decided of her."""
    changes: dict[str, object] = {}
    if not kept["band"] and gone["band"]:
        changes |= {"band": gone["band"], "role": gone["role"]}
    if gone["extra_cents"] and not (kept["waived"] or kept["extra_cents"]):
        changes |= {"extra_cents": gone["extra_cents"], "reason": gone["reason"]}
    return changes


class ListStep(StrEnum):
    """Step that may be taken with a list."""

    APPROVE = "approve"
    RETURN = "return"
    PAY = "pay"


class PaymentState(StrEnum):
    """How one payment stands. SENT is in a file for mobile money; CHANGED is not what was approved
    any more, and is due again to be proposed anew."""

    OUTSTANDING = "outstanding"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CHANGED = "changed"


# With these a payment gives nobody anything, so that what it was for is due again.
NOT_GIVEN = (PaymentState.RETURNED, PaymentState.CHANGED)
# What somebody may note by hand. SENT and CHANGED come about by making the file or paying.
_NEXT: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.OUTSTANDING: frozenset(
        {PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED}
    ),
    PaymentState.SENT: frozenset({PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED}),
    # Sent once more, paid in another way, or given up.
    PaymentState.FAILED: frozenset(
        {PaymentState.OUTSTANDING, PaymentState.PAID, PaymentState.RETURNED}
    ),
    # Came back, or was noted down wrongly.
    PaymentState.PAID: frozenset({PaymentState.RETURNED, PaymentState.OUTSTANDING}),
    # Came back by mistake only.
    PaymentState.RETURNED: frozenset({PaymentState.OUTSTANDING}),
    PaymentState.CHANGED: frozenset(),
}


def allowed_steps(state: str, *, proposed_by: str, actor: str) -> frozenset[ListStep]:
    """Steps that this actor may take with a list, as far as its state and its proposer decide
    that."""
    if state == "proposed":
        return frozenset(
            {ListStep.RETURN} if proposed_by == actor else {ListStep.APPROVE, ListStep.RETURN}
        )
    return frozenset({ListStep.PAY} if state == "approved" else ())


def next_states(
    state: PaymentState, *, in_file: bool = False, made_file: bool = False
) -> frozenset[PaymentState]:
    """The states that may follow. A payment that is in a file falls back to "sent" and to nothing
    else, until it is settled as failed: the money may be on its way. The person who made that file
    (`made_file`) does not say herself that it failed or came back, or she could have it paid twice.
    """
    following = _NEXT[state]
    if not in_file:
        return following
    if PaymentState.OUTSTANDING in following:
        following = following - {PaymentState.OUTSTANDING} | {PaymentState.SENT}
    return following - {PaymentState.FAILED, PaymentState.RETURNED} if made_file else following


def takes_two(before: PaymentState, after: PaymentState) -> bool:
    """True if a step makes payable again what was sent or paid, so that another must approve it."""
    return before in (PaymentState.SENT, PaymentState.PAID) and after in (
        PaymentState.FAILED,
        PaymentState.RETURNED,
        PaymentState.OUTSTANDING,
    )


def paid_by(state: PaymentState, *, in_file: bool) -> frozenset[str]:
    """By what means a payment that stands so may be noted as paid, if it may be at all."""
    if PaymentState.PAID not in _NEXT[state]:
        return frozenset()
    return frozenset({"mobile"} if in_file else {"", "cash", "mobile", "bank"})


def signs_for_cash(state: PaymentState, *, in_file: bool) -> bool:
    """True if the person who gets this payment signs for it on paper, now or before."""
    return not in_file and state in (
        PaymentState.OUTSTANDING,
        PaymentState.FAILED,
        PaymentState.PAID,
    )


def needs_reason(before: PaymentState, after: PaymentState) -> bool:
    """True if a step must be explained: all but paying, and trying what failed once more."""
    return after is not PaymentState.PAID and (before, after) != (
        PaymentState.FAILED,
        PaymentState.OUTSTANDING,
    )


class Reconciliation(NamedTuple):
    """Reconciliation: what was proposed beside what became of it, in cents."""

    proposed: int
    paid: int = 0
    failed: int = 0
    returned: int = 0
    outstanding: int = 0
    sent: int = 0
    changed: int = 0

    @property
    def difference(self) -> int:
        """Amount that is unaccounted for: zero, or something is wrong."""
        return self.proposed - (
            self.paid + self.failed + self.returned + self.outstanding + self.sent + self.changed
        )


def reconcile(proposed: int, payments: Iterable[tuple[PaymentState, int]]) -> Reconciliation:
    """The sum that was approved, beside the sums of payments by their state."""
    sums = dict.fromkeys(PaymentState, 0)
    for state, cents in payments:
        sums[state] += cents
    return Reconciliation(proposed, **{str(state): cents for state, cents in sums.items()})


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


class Transfer(NamedTuple):
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
        f"{transfer.phone.lstrip('+')},{written_amount(transfer.cents)},{transfer.reference}"
        for transfer in transfers
    ]
    lines.append(
        f"TOTAL,{written_amount(sum(transfer.cents for transfer in transfers))},{len(transfers)}"
    )
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


class PaymentResult(NamedTuple):
    """A row that came back, as far as it was understood. `row` counts as the file's rows do."""

    row: int
    reference: str
    state: PaymentState | None
    cents: int | None
    receipt: str = ""
    reason: str = ""
    unread_amount: bool = False


class Payment(NamedTuple):
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


class Matched(NamedTuple):
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
    columns: dict[str, int] = {}
    for position, heading in enumerate(head):
        plain = " ".join(re.sub(r"[^a-z]+", " ", heading.casefold()).split())
        for name, value in _HEADINGS.items():
            if plain in value:
                columns.setdefault(name, position)
    return columns


def _result(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> PaymentResult | None:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    reference = as_reference(cell("reference"))
    if not reference:
        return None
    state_told = cell("state").casefold()
    state = next((key for key, value in _STATES.items() if state_told in value), None)
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
    payment_results: list[PaymentResult] = []
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
            payment_results.append(result)
        else:
            changes.append(result)
            reversals += result.state is not None and takes_two(
                payments[result.reference].state, result.state
            )
    return Matched(tuple(changes), tuple(payment_results), tuple(faults), reversals)


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
