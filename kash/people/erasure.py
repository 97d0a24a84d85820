"""Parts by which each room says what it holds about a person, and what becomes of it when the
person is erased.

A person who is erased leaves a *nameless stone*: the row of `person` stays, without a name, a
contact or any fact but the group, under a new public id, so that what was counted stays counted.
Each room declares in its `personal.py`

- with each `Reference` (and each `Beneath`) whether its rows go (`GOES`) or stay with the stone
  (`stays(...)`), and what is emptied then;
- texts that somebody typed and in which a name may stand: `FreeText`, where it is struck out, or
  `GoesIfNamed`, where the whole text goes;
- what else may hold something of a person, such as files: `HeldElsewhere`;
- and all other columns of text, JSON or bytes: `about_things(...)`.

A test reads the schema and fails on a column that nobody declared. Two kinds need no word: public
ids, and columns that end in `_by` and hold the public id of an account.

Tables and columns are named as `"mark.person_id"`, so that this room knows no higher one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kash.feature import Part

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


Values = Mapping[str, Any]
# Told a row, by its columns' names; says for which public id its sealed text was sealed.
SealedFor = Callable[["Session", Values], str]


@dataclass(frozen=True)
class AfterErasure:
    """AfterErasure of rows about a person who is erased. Rows that stay belong to the nameless
    stone from then on; `emptied` are the values that their columns have then, each a value, or a
    function that is told the row."""

    goes: bool
    emptied: Values = field(default_factory=dict)


GOES = AfterErasure(goes=True)


def stays(**emptied: Any) -> AfterErasure:
    """Rows stay without her, since something is counted, paid or proven by them."""
    return AfterErasure(goes=False, emptied=emptied)


@dataclass(frozen=True)
class Beneath(Part):
    """A foreign key to rows about a person, such as "forum_term.member_id". Its rows are about her
    too. What goes with its parent by the database's own cascade needs none."""

    name: str
    erased: AfterErasure
    label: Any = ""


def of_the_row(_session: Session, row: Values) -> str:
    """Place for which most texts are sealed: the public id of their row."""
    return str(row["public_id"])


@dataclass(frozen=True)
class FreeText(Part):
    """A column of typed words in rows about something else, in which a name may stand: it is looked
    for there, and struck out. A sealed one says its `kind`. A JSON document is walked through, its
    keys are left."""

    name: str
    kind: str = ""
    sealed_for: SealedFor = of_the_row


@dataclass(frozen=True)
class GoesIfNamed(Part):
    """A column of words, or of a sealed document, that is given up whole when a person is named in
    it: its row then has the values `emptied`, or goes where there are none."""

    name: str
    kind: str = ""
    emptied: Values | None = None
    sealed_for: SealedFor = of_the_row


@dataclass(frozen=True)
class ErasedPerson:
    """The person who is erased, as the rooms are told: internal id, public id, names by which she
    is called, and how she is reached. Held in memory only."""

    id: int
    public_id: str
    names: tuple[str, ...] = field(repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    lookups: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class HeldElsewhere(Part):
    """Something of a person that is found in no column of her own, in these `columns` or in files.

    `count` tells how many such things there are. `erase` takes them away within the transaction and
    tells the same; files go with `after_commit`.
    """

    columns: tuple[str, ...]
    label: Any
    count: Callable[[Session, ErasedPerson], int]
    erase: Callable[[Session, ErasedPerson], int]
    name: str = ""

    @property
    def key(self) -> str:
        """Name by which what went is counted: the first of its columns, or its own."""
        return self.name or self.columns[0]


@dataclass(frozen=True)
class AlsoCalled(Part):
    """A column with a name of hers in rows that are about a person, as "certificate.printed_name":
    texts are searched for it too."""

    name: str


@dataclass(frozen=True)
class StandsInTheWay(Part):
    """Something that must be settled before a person is erased, such as money that is owed to her.
    `found` is told her internal id."""

    sentence: Any
    found: Callable[[Session, int], bool]


@dataclass(frozen=True)
class OpenedForHer(Part):
    """A sealed column in rows about a person, as it is opened for the copy that she asks for."""

    name: str
    kind: str
    sealed_for: SealedFor = of_the_row


@dataclass(frozen=True)
class AboutThings(Part):
    """Columns of a table in which nothing of a participant stands: words and codes of things, ids,
    digests, and what is known of accounts, which end in a way of their own."""

    table: str
    columns: tuple[str, ...]


def about_things(**tables: str) -> Sequence[AboutThings]:
    """Declares columns, as `about_things(course="name level", zone="name kind")`."""
    return [AboutThings(table, tuple(columns.split())) for table, columns in tables.items()]


def free_texts(*names: str) -> Sequence[FreeText]:
    """Declares plain texts, as `free_texts("action.text", "action.outcome")`."""
    return [FreeText(name) for name in names]
