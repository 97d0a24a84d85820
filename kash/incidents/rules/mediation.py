"""What a mediator may be asked and may answer: fixed lists, so that a brief can hold no story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from kash.incidents.rules.conflicts import Reader, conflict_of
from kash.incidents.rules.record import Intervention, Record, next_id
from kash.people.rules import Stretch, open_at

REQUESTS = (
    "release",
    "charge_or_release",
    "return",
    "pay",
    "apologise",
    "stop",
    "medical",
    "complaint",
)
# What an answer may say that closes a brief.
CLOSING = ("released", "returned", "paid", "apology", "partly", "none")
KEPT_FOR = timedelta(days=7)
# The hours of the day, in the programme's zone, at which whoever has something waiting is told.
TOLD_AT = frozenset({8, 13, 18})


@dataclass(frozen=True)
class Mediator:
    """A mediator as she is chosen from: `account` is a public id, `stations` those she helps at."""

    account: str
    stations: frozenset[str]
    spoken: tuple[str, ...]
    stretches: tuple[Stretch, ...] = ()
    active: bool = True
    reader: Reader = field(default=Reader(""))

    def on_duty(self, minute: int) -> bool:
        """Whether she can be called in this minute of the week; always, if no hours are known."""
        return self.active and (not self.stretches or open_at(self.stretches, minute))


def may_mediate(
    mediators: Iterable[Mediator], record: Record, minute: int, station: str = ""
) -> list[Mediator]:
    """Whom to ask about a case: nobody who is a party, serves at an implicated station or said no.

    Those on duty at the station come first, then others on duty there at other hours, then the
    rest.
    """
    asked = {one.mediator for one in record.interventions if one.response == "refused"}
    free = [
        one
        for one in mediators
        if one.active and one.account not in asked and conflict_of(one.reader, record) is None
    ]
    return sorted(
        free,
        key=lambda one: (
            bool(station) and station not in one.stations,
            not one.on_duty(minute),
            one.account,
        ),
    )


def runs_out(now_local: datetime) -> datetime:
    """When a brief written now is shredded: when the seventh day is over, to tell no hour."""
    last = (now_local + KEPT_FOR).date() + timedelta(days=1)
    return datetime.combine(last, time(), tzinfo=now_local.tzinfo)


def asked(record: Record, mediator: str, brief: str, request: str, now: datetime) -> Intervention:
    """Add to the record that a mediator was asked."""
    intervention = Intervention(
        id=next_id(record.interventions, "i"),
        mediator=mediator,
        brief=brief,
        request=request,
        asked_at=now,
    )
    record.interventions.append(intervention)
    return intervention


@dataclass(frozen=True)
class Answer:
    """What a mediator answered: a response, or a response and a result that closes the brief."""

    response: str
    result: str = ""
    answered_at: datetime | None = None


def take_over(record: Record, answers: dict[str, Answer]) -> list[str]:
    """Write mediators' answers into the record; the briefs that are done with by that."""
    done = []
    for one in record.interventions:
        answer = answers.get(one.brief) if one.brief else None
        if answer is None:
            continue
        one.response, one.answered_at = answer.response, answer.answered_at
        if answer.result or answer.response in ("refused", "no_answer"):
            one.result = answer.result
            done.append(one.brief)
            one.brief = ""
    return done
