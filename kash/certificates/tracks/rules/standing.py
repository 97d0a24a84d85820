"""Eligibility: who fulfils requirements, and since when. One function for one person and for a
hundred thousand: what differs is whose facts it gets. Entering many people on a track at once: who
can be, and who can't and why. Renewal: the days whose facts count for it, and how somebody stands
who holds a certificate. Standing of somebody on a track: what she earned, which stays, and what is
renewed, which runs out. Supervision visits: the checklist of what is looked at, and what was seen
of it over time."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from kash.certificates.tracks.rules.tree import Leaf, Renewal, Requirements

# Facts by requirement and person.
Facts = Mapping[Leaf, Mapping[int, tuple[int, date]]]
# What is needed of each requirement.
Needs = Mapping[Leaf, int]


def fulfilling(tree: Requirements, facts: Facts, needs: Needs) -> dict[int, date]:
    """Everybody who fulfils all requirements, by person, with the day on which she first did.

    Facts are (amount, day) by requirement and person.
    """

    def done(leaf: Leaf) -> dict[int, date]:
        need = needs[leaf]
        return {
            person: day for person, (amount, day) in facts.get(leaf, {}).items() if amount >= need
        }

    groups = [_reached([done(leaf) for leaf in group.leaves], group.count) for group in tree]
    return _reached(groups, len(groups))


def _reached(days: list[dict[int, date]], needed: int) -> dict[int, date]:
    """People who are in at least so many of these, with the day on which they first were."""
    if not 0 < needed <= len(days):
        return {}
    if needed == len(days):
        people = set(days[0]).intersection(*days[1:])
        return {person: max([on[person] for on in days]) for person in people}
    by_person: defaultdict[int, list[date]] = defaultdict(list)
    for on in days:
        for person, day in on.items():
            by_person[person].append(day)
    return {
        person: sorted(hers)[needed - 1]
        for person, hers in by_person.items()
        if len(hers) >= needed
    }


def change_between(before: Mapping[int, date], after: Mapping[int, date]) -> dict[str, int]:
    """Number of people that a new tree would change, by who fulfils each: who would fulfil it and
    did not, who did and would not, and who does by both."""
    both = len(before.keys() & after.keys())
    return {"gained": len(after) - both, "lost": len(before) - both, "kept": both}


@dataclass(frozen=True)
class LeafProgress:
    """Standing of one person towards one requirement; `done_on` is None while it is missing."""

    leaf: Leaf
    have: int
    need: int
    done_on: date | None


def progress_of(person: int, leaves: list[Leaf], facts: Facts, needs: Needs) -> list[LeafProgress]:
    """One person's standing towards each requirement."""
    progress = []
    for leaf in leaves:
        amount, on = facts.get(leaf, {}).get(person, (0, None))
        need = needs[leaf]
        progress.append(LeafProgress(leaf, amount, need, on if amount >= need else None))
    return progress


def next_steps(person: int, tree: Requirements, facts: Facts, needs: Needs) -> list[Leaf]:
    """The requirements that one person is to turn to, the first of them next; none if she fulfils
    all.

    In a group of which not all is needed these are those that she is nearest to; of some that are
    as near, those that stand first.
    """

    def share(leaf: Leaf) -> float:
        amount, need = facts.get(leaf, {}).get(person, (0, None))[0], needs[leaf]
        return min(amount / need, 1.0) if need > 0 else 1.0

    steps: list[Leaf] = []
    for group in tree:
        missing = [leaf for leaf in group.leaves if share(leaf) < 1]
        lacking = group.count - len(group.leaves) + len(missing)
        steps += sorted(missing, key=share, reverse=True)[: max(lacking, 0)]
    return list(dict.fromkeys(steps))


MOST_AT_ONCE = 1_000
LONGEST_TERM = 200

Person = TypeVar("Person")


class EntryOutcome(StrEnum):
    """Outcome for somebody who is to be put on a track."""

    NEW = "new"
    ON_IT = "on_it"
    MINOR = "minor"
    ONESELF = "oneself"


class LineFault(StrEnum):
    """Reason for which a pasted line leads to nobody: none of one's own people is found by it, or
    several are."""

    NOBODY = "nobody"
    SEVERAL = "several"


def outcome_of(*, on_it: bool, minor: bool, oneself: bool) -> EntryOutcome:
    """Outcome for one's own people. A person who is on the track already stays as she is."""
    if on_it:
        return EntryOutcome.ON_IT
    if oneself:
        return EntryOutcome.ONESELF
    return EntryOutcome.MINOR if minor else EntryOutcome.NEW


@dataclass(frozen=True)
class PastedLine:
    """A line that was pasted, with its number from 1 and its cells: any of them may say who it
    is about."""

    number: int
    text: str
    cells: tuple[str, ...]


def pasted_lines(text: str) -> list[PastedLine]:
    """The lines of what was pasted, out of a sheet or typed; empty ones are none."""
    pasted = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = (" ".join(cell.split())[:LONGEST_TERM] for cell in line.split("\t"))
        filled = tuple(cell for cell in cells if cell)
        if filled:
            pasted.append(PastedLine(number, " · ".join(filled), filled))
    return pasted


@dataclass(frozen=True)
class ReadLine(Generic[Person]):
    """A pasted line with the person it leads to, or why to nobody."""

    line: PastedLine
    person: Person | None
    fault: LineFault | None = None


def read_lines(
    lines: Sequence[PastedLine], found: Callable[[str], frozenset[Person]]
) -> list[ReadLine[Person]]:
    """Lines with the person that each leads to: by its first cell that leads to one alone."""
    read: list[ReadLine[Person]] = []
    for line in lines:
        led_to = [found(cell) for cell in line.cells]
        alone = next((people for people in led_to if len(people) == 1), None)
        if alone is not None:
            (person,) = alone
            read.append(ReadLine(line, person))
        else:
            read.append(
                ReadLine(line, None, LineFault.SEVERAL if any(led_to) else LineFault.NOBODY)
            )
    return read


@dataclass(frozen=True)
class Window:
    """Days whose facts count, both included; without a first day all that came before counts."""

    since: date | None
    until: date

    def holds(self, day: date) -> bool:
        """True if a day lies within."""
        return (self.since is None or self.since <= day) and day <= self.until


class RenewalState(StrEnum):
    """Standing of somebody whose certificate runs out: it holds and cannot be renewed yet; it can
    be; it has run out and still can be; it has run out for good."""

    HOLDS = "holds"
    OPEN = "open"
    GRACE = "grace"
    LAPSED = "lapsed"


def months_before(day: date, months: int) -> date:
    """The day so many months before another; the last of its month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_later(day: date, months: int) -> date:
    """The day so many months after another; the last of its month where it has none such."""
    return months_before(day, -months)


def months_between(since: date, until: date) -> int:
    """Whole months from one day to a later one; 0 if it is not later."""
    whole = (until.year - since.year) * 12 + until.month - since.month
    while whole > 0 and months_later(since, whole) > until:
        whole -= 1
    return max(whole, 0)


def unbroken(times: Iterable[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
    """Times from a day through another one, or until now (None), of which those that overlap or
    follow each other the next day are one."""
    whole: list[tuple[date, date | None]] = []
    for since, until in sorted(times, key=lambda one: (one[0], one[1] or date.max)):
        before = whole[-1][1] if whole else since - timedelta(days=2)
        if before is None:
            break
        if since <= before + timedelta(days=1):
            whole[-1] = whole[-1][0], None if until is None else max(before, until)
        else:
            whole.append((since, until))
    return whole


def window_of(renewal: Renewal, last_day: date) -> Window:
    """The days whose facts count towards the renewal of a certificate with this last day.

    They begin after the day so many months before the last one, and end with the days of grace.
    """
    begins = months_before(last_day, renewal.months) + timedelta(days=1)
    return Window(begins, last_day + timedelta(days=renewal.grace_days))


def renewal_state(renewal: Renewal, last_day: date, today: date) -> RenewalState:
    """Standing of somebody on a day. Her certificate holds through its last day in any case."""
    window = window_of(renewal, last_day)
    if today > window.until:
        return RenewalState.LAPSED
    if today > last_day:
        return RenewalState.GRACE
    return RenewalState.OPEN if window.holds(today) else RenewalState.HOLDS


class Standing(StrEnum):
    """Standing on a day: not all is done yet; all is done, but no certificate holds; it holds; it
    holds and can be renewed; it has run out and still can be renewed; it has run out for good."""

    ON_THE_WAY = "on_the_way"
    EARNED = "earned"
    ACTIVE = "active"
    RENEWABLE = "renewable"
    GRACE = "grace"
    LAPSED = "lapsed"

    @property
    def holds(self) -> bool:
        """True for an active standing, whether or not it can be renewed already."""
        return self in (Standing.ACTIVE, Standing.RENEWABLE)


@dataclass(frozen=True)
class CertificatePeriod:
    """Days of a certificate: from the first through `until`, or for ever; `ended` is the day on
    which it was taken back."""

    since: date
    until: date | None = None
    ended: date | None = None


_BY_RENEWAL = {
    RenewalState.HOLDS: Standing.ACTIVE,
    RenewalState.OPEN: Standing.RENEWABLE,
    RenewalState.GRACE: Standing.GRACE,
    RenewalState.LAPSED: Standing.LAPSED,
}


def last_day_of(periods: Iterable[CertificatePeriod]) -> date | None:
    """The last day of the certificate that holds longest, of those that were not taken back; None
    if one holds for ever, or if there is none."""
    days = [period.until for period in periods if period.ended is None]
    return max((day for day in days if day is not None), default=None) if None not in days else None


def standing_on(
    today: date,
    earned_on: date | None,
    periods: Sequence[CertificatePeriod],
    renewal: Renewal | None,
    *,
    certified: bool,
) -> Standing:
    """Standing of somebody who did all on a day, if she did, and holds these certificates.

    A certificate holds through its last day, whatever its renewal says. On a track that leads to no
    certificate (`certified`) nothing runs out.
    """
    if earned_on is None:
        return Standing.ON_THE_WAY
    if not certified:
        return Standing.ACTIVE
    if all(period.ended is not None for period in periods):
        return Standing.EARNED
    last_day = last_day_of(periods)
    if last_day is None:
        return Standing.ACTIVE
    if renewal is not None:
        return _BY_RENEWAL[renewal_state(renewal, last_day, today)]
    return Standing.ACTIVE if today <= last_day else Standing.LAPSED


class StandingEvent(StrEnum):
    """Turn in somebody's standing: all is done; a certificate begins; it is renewed; it has run
    out; it can be renewed no more; it was taken back."""

    EARNED = "earned"
    BEGAN = "began"
    RENEWED = "renewed"
    RAN_OUT = "ran_out"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"


def standing_history(
    today: date,
    earned_on: date | None,
    periods: Sequence[CertificatePeriod],
    renewal: Renewal | None,
) -> list[tuple[date, StandingEvent]]:
    """Turns of somebody's standing up to a day, latest first."""
    turns = [] if earned_on is None else [(earned_on, StandingEvent.EARNED)]
    ordered = sorted(periods, key=lambda one: one.since)
    for number, one in enumerate(ordered):
        later = any(other.ended is None or other.ended > one.since for other in ordered[:number])
        turns.append((one.since, StandingEvent.RENEWED if later else StandingEvent.BEGAN))
        if one.ended is not None:
            turns.append((one.ended, StandingEvent.TAKEN_BACK))
        elif one.until is not None:
            turns += _ends(one.until, ordered[number + 1 :], renewal)
    order = list(StandingEvent)
    return sorted(
        [turn for turn in turns if turn[0] <= today],
        key=lambda turn: (turn[0], order.index(turn[1])),
        reverse=True,
    )


def _ends(
    until: date, later: Sequence[CertificatePeriod], renewal: Renewal | None
) -> list[tuple[date, StandingEvent]]:
    """Turns at the end of a certificate, unless another had begun by then."""
    over = until + timedelta(days=1)
    if any(period.since <= over for period in later):
        return []
    if renewal is None:
        return [(over, StandingEvent.RAN_OUT)]
    gone = over + timedelta(days=renewal.grace_days)
    lapses = [] if any(period.since <= gone for period in later) else [(gone, StandingEvent.LAPSED)]
    return [(over, StandingEvent.RAN_OUT), *lapses]


# So many fit on the sheet of one page that is filled in by hand.
MOST_ITEMS = 20
LONGEST_ITEM = 160
# What stands before the public id of where a visit was.
STATION, VENUE = "station", "venue"


class VisitKind(StrEnum):
    """Occasion of a visit: outreach, practice, or looking in on somebody at work."""

    OUTREACH = "outreach"
    PRACTICUM = "practicum"
    VISIT = "visit"

    @property
    def fact(self) -> str:
        """The kind of fact that such a visit counts as; empty if it counts as none."""
        return "" if self is VisitKind.VISIT else str(self)


class Observed(StrEnum):
    """Observation of an item; of what was not seen none is kept."""

    YES = "yes"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class ChecklistItem:
    """An item of a checklist. Its key stays the same in later versions of the track."""

    key: str
    text: str
    text_sw: str = ""

    def words(self, language: str) -> str:
        """The item in a language."""
        return (self.text_sw or self.text) if language == "sw" else self.text


def checklist_as_json(items: Iterable[ChecklistItem]) -> list[dict[str, str]]:
    """A checklist as it is stored."""
    return [{"key": item.key, "text": item.text, "text_sw": item.text_sw} for item in items]


def checklist_from_json(written: object) -> tuple[ChecklistItem, ...]:
    """A checklist as it was stored; whatever is none is left out."""
    if not isinstance(written, list):
        return ()
    return tuple(
        ChecklistItem(item["key"], item["text"], str(item.get("text_sw", "")))
        for item in written
        if isinstance(item, Mapping)
        and isinstance(item.get("key"), str)
        and isinstance(item.get("text"), str)
    )


def written_items(
    rows: Sequence[ChecklistItem], known: Iterable[str], new_key: Callable[[], str]
) -> tuple[ChecklistItem, ...]:
    """Items as they were typed: empty ones go, and what has no key of the version gets a new one.
    Of two with one key the second is new."""
    free = set(known)
    items = []
    for item in rows:
        if not item.text:
            continue
        key = item.key if item.key in free else new_key()
        free.discard(key)
        items.append(ChecklistItem(key, item.text, item.text_sw))
    return tuple(items)


def seen_items(
    items: Sequence[ChecklistItem], visits: Iterable[tuple[date, Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """The items of a checklist, each with what was seen of it last (`observed`) and on which `day`,
    None if it was not seen, after visits in their order: what was seen last counts, and a visit
    on which an item was not seen changes nothing of it."""
    last: dict[str, tuple[Observed, date]] = {}
    values = set(Observed)
    for day, observed in visits:
        for key, value in observed.items():
            if value in values:
                last[key] = Observed(value), day
    unseen = (None, None)
    return [
        dict(zip(("item", "observed", "day"), (item, *last.get(item.key, unseen)), strict=True))
        for item in items
    ]
