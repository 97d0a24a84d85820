"""Kinds of messages: parts that rooms above bring, each with its texts and the fields they may
have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared
from kash.platform.messages.states import Channel

ALL_CHANNELS = frozenset(Channel)


class UnknownMessageKind(LookupError):
    """No kind of message of this name is declared."""


@dataclass(frozen=True)
class OfferedField:
    """A field of a text, written `{name}`. `most` is how many signs its longest value has, where
    need be asked for in the application's context; a longer one is cut, unless it must stay
    `whole`, as an address must. `sample` is a value for looking at."""

    name: str
    label: Any
    most: int | Callable[[], int]
    sample: Any
    whole: bool = False

    @property
    def longest(self) -> int:
        """Signs of the longest value."""
        return self.most() if callable(self.most) else self.most


@dataclass(frozen=True)
class MessageKind(Part):
    """A kind of message. `name` is the room and what is told, as "workshops.invited"; `label` and
    `told` say to who writes texts what it is and when it goes.

    `sms`, `subject` and `mail` are the texts of the house: lazy texts with fields, that say nothing
    about anybody's group or why she takes part. The SMS is one message at the longest values in
    each language. With one channel alone the others' texts are empty. `about` is told keys of
    events and says what each is, with the address of its page.
    """

    name: str
    label: Any
    told: Any
    fields: tuple[OfferedField, ...]
    sms: Any = ""
    subject: Any = ""
    mail: Any = ""
    channels: frozenset[Channel] = ALL_CHANNELS
    about: Callable[[Collection[str]], Mapping[str, tuple[str, str]]] | None = None

    def offered(self) -> Mapping[str, OfferedField]:
        """Its fields by their names."""
        return {field.name: field for field in self.fields}


def message_kinds() -> tuple[MessageKind, ...]:
    """All kinds, in the order of the rooms."""
    return declared(MessageKind)


def message_kind(name: str) -> MessageKind:
    """The kind of a name. Raises UnknownMessageKind."""
    for kind in message_kinds():
        if kind.name == name:
            return kind
    raise UnknownMessageKind(name)
