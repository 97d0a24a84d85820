"""Texts of several writers are merged: nothing that was typed is lost, nothing is there twice."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.rules.merging import (
    TextDifference,
    TypedMinutesRow,
    WrittenItem,
    carried_on,
    merge_items,
    merge_text,
    settled_text,
    with_names,
)
from tests.profile import usual_or_long

# --- Histories --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """All that a page keeps and sends: all that it shows, and from what it began."""

    page: str
    number: int
    began: int
    base: WrittenItem
    now: WrittenItem


@dataclass
class Server:
    """The item as it stands, and of each page the last that it sent."""

    item: WrittenItem = field(default_factory=WrittenItem)
    version: int = 1
    pages: dict[str, Sent] = field(default_factory=dict)
    open: list[tuple[str, TextDifference]] = field(default_factory=list)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, sent: Sent) -> tuple[WrittenItem, int]:
        last = self.pages.get(sent.page)
        if last is not None and last.number >= sent.number:
            return self.item, self.version
        base = last.now if last is not None and last.number > sent.began else sent.base
        names = self.renamed.setdefault(sent.page, {})
        merged = merge_items(with_names(base, names), with_names(sent.now, names), self.item)
        names |= merged.renamed
        self.item = merged.item
        for new in merged.differences:
            for place, (page, earlier) in enumerate(self.open):
                later = carried_on(earlier, new) if page == sent.page else None
                if later is not None:
                    self.open[place] = (page, later)
                    break
            else:
                self.open.append((sent.page, new))
        self.pages[sent.page], self.version = sent, self.version + 1
        return self.item, self.version


@dataclass
class Page:
    """A page that somebody opened: what it shows, and from what she began to type."""

    name: str
    shown: WrittenItem
    base: WrittenItem
    version: int
    began: int = 0
    number: int = 0


class Words:
    """Words that were never written before, and which of them somebody took off."""

    def __init__(self) -> None:
        self.count = 0
        self.gone: set[str] = set()
        self.asked: set[str] = set()

    def new(self) -> str:
        self.count += 1
        return f"word{self.count}"

    def sentence(self, rng: random.Random) -> str:
        return " ".join(self.new() for _ in range(rng.randint(1, 4))) + "."


def sentences(line: str) -> list[str]:
    return [f"{part.strip()}." for part in line.split(".") if part.strip()]


def retyped(text: str, rng: random.Random, words: Words) -> str:
    """A text after somebody typed in it for a moment."""
    lines = text.split("\n") if text else []
    choice = rng.random()
    if not lines or choice < 0.35:
        lines.insert(
            rng.randint(0, len(lines)) if choice < 0.1 else len(lines), words.sentence(rng)
        )
        return "\n".join(lines)
    at = rng.randrange(len(lines))
    parts = sentences(lines[at]) or [words.sentence(rng)]
    place = rng.randrange(len(parts))
    if choice < 0.6:
        parts.insert(place + 1, words.sentence(rng))
    elif choice < 0.9:
        within = parts[place].rstrip(".").split()
        if rng.random() < 0.3 and len(within) > 1:
            words.gone.add(within.pop(rng.randrange(len(within))))
        within.insert(rng.randint(0, len(within)), words.new())
        parts[place] = " ".join(within) + "."
    else:
        words.gone.update(parts.pop(place).rstrip(".").split())
    if parts:
        lines[at] = " ".join(parts)
    else:
        del lines[at]
    return "\n".join(lines)


def typed(item: WrittenItem, rng: random.Random, words: Words) -> WrittenItem:
    """An item after somebody wrote in its minute, in a row, or made a row of a line."""
    choice = rng.random()
    lines = [line for line in item.minute.split("\n") if line]
    if choice < 0.15 and lines:
        line = rng.choice(lines)
        rest = item.minute.split("\n")
        rest.remove(line)
        row = TypedMinutesRow(f"key {rng.random()}", line)
        return replace(item, minute="\n".join(rest), decisions=(*item.decisions, row))
    if choice < 0.35 and item.decisions:
        rows = list(item.decisions)
        at = rng.randrange(len(rows))
        rows[at] = replace(rows[at], text=retyped(rows[at].text, rng, words))
        return replace(item, decisions=tuple(row for row in rows if row.text))
    if choice < 0.4:
        row = TypedMinutesRow(f"key {rng.random()}", words.sentence(rng), due_on=date(2026, 11, 16))
        return replace(item, actions=(*item.actions, row))
    return replace(item, minute=retyped(item.minute, rng, words))


def said(item: WrittenItem) -> Counter[str]:
    texts = [item.minute, *(row.text for row in (*item.decisions, *item.actions))]
    return Counter(word for text in texts for word in text.replace(".", " ").split())


class History:
    """Some writers, the network between them and the server, and what goes wrong."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.words, self.server = Words(), Server()
        self.journals: list[dict[str, Sent]] = [{} for _ in range(self.rng.randint(2, 4))]
        self.pages = [self.opened() for _ in self.journals]
        self.online = [True for _ in self.journals]
        self.network: list[Sent] = []

    def opened(self) -> Page:
        item, version = self.server.item, self.server.version
        return Page(f"page {self.rng.random()}", item, item, version)

    def type(self, writer: int) -> None:
        page = self.pages[writer]
        page.shown = typed(page.shown, self.rng, self.words)
        page.number += 1
        kept = Sent(page.name, page.number, page.began, page.base, page.shown)
        self.journals[writer][page.name] = kept

    def send(self, writer: int, *, arrives: bool = True, answered: bool = True) -> None:
        """Send all that is kept; some of it never arrives, or arrives and is not answered."""
        for sent in list(self.journals[writer].values()):
            self.network.append(sent)
            if not arrives:
                continue
            item, version = self.server.take(sent)
            if answered:
                self.answered(writer, sent, item, version)

    def answered(self, writer: int, sent: Sent, item: WrittenItem, version: int) -> None:
        page = self.pages[writer]
        kept = self.journals[writer].get(sent.page)
        if kept is not None and kept.number <= sent.number:
            del self.journals[writer][sent.page]
        if page.name != sent.page:
            return
        page.base, page.began = sent.now, sent.number
        if page.shown == sent.now:
            self.show(page, item, version)

    def show(self, page: Page, item: WrittenItem, version: int) -> None:
        if version >= page.version and page.shown == page.base:
            page.shown = page.base = item
            page.version = version

    def step(self) -> None:
        rng = self.rng
        writer = rng.randrange(len(self.pages))
        choice = rng.random()
        if choice < 0.5:
            self.type(writer)
        if choice < 0.1:
            self.online[writer] = not self.online[writer]
        elif choice < 0.6 and self.online[writer]:
            self.send(writer, arrives=rng.random() < 0.8, answered=rng.random() < 0.8)
        elif choice < 0.7 and self.network:
            # An old message arrives late, or once more.
            self.server.take(rng.choice(self.network))
        elif choice < 0.8:
            # The page is killed, or loaded anew: what is kept stays.
            self.pages[writer] = self.opened()
        elif choice < 0.9 and self.online[writer] and not self.journals[writer]:
            self.show(self.pages[writer], self.server.item, self.server.version)
        elif choice < 0.93 and self.server.open:
            self.settle()

    def settle(self) -> None:
        server = self.server
        _page, found = server.open.pop(self.rng.randrange(len(server.open)))
        take = self.rng.choice(["stands", "other", "both"])
        before = said(server.item)
        server.item = with_settled(server.item, found, take)
        server.version += 1
        there = said(server.item)
        wrote = set(f"{found.other} {found.stands}".replace(".", " ").split())
        self.words.gone.update(word for word in {*wrote, *before} if not there[word])
        # What somebody chose to have there twice is no fault.
        self.words.asked.update(word for word in wrote if there[word] > 1)

    def end(self) -> None:
        """Everybody comes back, opens the page once more, and sends what is kept."""
        for writer in range(len(self.pages)):
            self.send(writer)
            self.pages[writer] = self.opened()
        for sent in self.network:
            self.server.take(sent)


def with_settled(item: WrittenItem, found: TextDifference, take: str) -> WrittenItem:
    kind, _sep, key = found.part.partition(":")
    if kind == "minute":
        return replace(item, minute=settled_text(item.minute, found, take))
    rows = tuple(
        replace(row, text=settled_text(row.text, found, take)) if row.key == key else row
        for row in item.decisions
    )
    return replace(item, decisions=rows)


def faults(seed: int, steps: int = 40) -> tuple[list[str], list[str]]:
    """Words that a history lost, and words that are there twice."""
    history = History(seed)
    for _ in range(steps):
        history.step()
    history.end()
    there = said(history.server.item)
    beside = {
        word
        for _page, found in history.server.open
        for word in found.other.replace(".", " ").split()
    }
    words = history.words
    every = [f"word{number}" for number in range(1, words.count + 1)]
    lost = [
        word for word in every if not there[word] and word not in words.gone and word not in beside
    ]
    return lost, [word for word in every if there[word] > 1 and word not in words.asked]


def test_no_history_of_several_writers_loses_a_word_or_doubles_one():
    """Two to four writers, offline spells, killed pages and servers, repeats and reordering."""
    found = {
        seed: wrong for seed in range(usual_or_long(300, 10_000)) if any(wrong := faults(seed))
    }
    assert found == {}


def test_the_histories_find_what_a_server_forgets(monkeypatch):
    """One that does not know what a page sent before has it twice once an answer was lost."""
    take = Server.take

    def forgetful(self: Server, sent: Sent) -> tuple[WrittenItem, int]:
        self.pages.clear()
        return take(self, sent)

    monkeypatch.setattr(Server, "take", forgetful)
    assert any(any(faults(seed)) for seed in range(20))


# --- Texts ------------------------------------------------------------------------------------

BASE = "The rooms are small. We look for others.\nWho pays?"


@pytest.mark.parametrize(
    ("mine", "theirs", "merged", "other"),
    [
        # Each in another sentence of one line.
        (
            "The rooms are very small. We look for others.\nWho pays?",
            "The rooms are small. We look for two others.\nWho pays?",
            "The rooms are very small. We look for two others.\nWho pays?",
            [],
        ),
        # Both at the end, in lines of their own.
        (f"{BASE}\nAmani asks.", f"{BASE}\nNeema asks.", f"{BASE}\nNeema asks.\nAmani asks.", []),
        # The same twice is there once.
        (f"{BASE}\nAmani asks.", f"{BASE}\nAmani asks.", f"{BASE}\nAmani asks.", []),
        # One goes on in a line, the other begins one.
        (f"{BASE} We do.", f"{BASE}\nNeema asks.", f"{BASE} We do.\nNeema asks.", []),
        # What one takes off and the other changed stays.
        (
            "Who pays?",
            "The rooms are too small. We look for others.\nWho pays?",
            "The rooms are too small. We look for others.\nWho pays?",
            [],
        ),
        # What both take off is gone.
        ("Who pays?", "Who pays?", "Who pays?", []),
        # One sentence, changed by both.
        (
            "The rooms are very small. We look for others.\nWho pays?",
            "The rooms are too small. We look for others.\nWho pays?",
            "The rooms are too small. We look for others.\nWho pays?",
            ["The rooms are very small."],
        ),
        # One sentence, changed by both, before which one writes another.
        (
            "Six came late. The rooms are very small. We look for others.\nWho pays?",
            "The rooms are too small. We look for others.\nWho pays?",
            "Six came late. The rooms are too small. We look for others.\nWho pays?",
            ["The rooms are very small."],
        ),
        # Two sentences made one, of which the other changed the second.
        (
            "The rooms are small, we look for others.\nWho pays?",
            "The rooms are small. We look for two others.\nWho pays?",
            "We look for two others.\nWho pays?",
            ["The rooms are small, we look for others."],
        ),
        # All of it written anew by both.
        ("First.", "Second.", "Second.\nFirst.", []),
        ("", "", "", []),
    ],
)
def test_texts_are_merged_by_paragraph_then_by_sentence(mine, theirs, merged, other):
    text, differences = merge_text(BASE, mine, theirs)
    assert (text, [found.other for found in differences]) == (merged, other)


@given(st.text("ab. \n", max_size=30), st.text("ab. \n", max_size=30))
def test_what_only_one_wrote_stands_as_it_was_written(before, after):
    assert merge_text(before, after, before) == (after, [])
    assert merge_text(before, before, after) == (after, [])


def test_a_line_that_became_a_decision_takes_along_what_somebody_else_changed_in_it():
    base = WrittenItem("All came.\nThe desk is open on Fridays.")
    decided = WrittenItem(
        "All came.", decisions=(TypedMinutesRow("k", "The desk is open on Fridays."),)
    )
    changed = WrittenItem("All came.\nThe desk is open on Fridays and Mondays.")
    wanted = WrittenItem(
        "All came.", decisions=(TypedMinutesRow("k", "The desk is open on Fridays and Mondays."),)
    )
    assert merge_items(base, decided, changed).item == wanted
    assert merge_items(base, changed, decided).item == wanted


@pytest.mark.parametrize(
    ("fact", "mine", "theirs", "stands", "both"),
    [
        ("owner", "a", "b", "b", False),
        ("owner", "c", "a", "c", False),
        ("owner", "c", "c", "c", False),
        ("owner", "c", "b", "b", True),
        ("due_on", date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 2), False),
        ("due_on", None, date(2026, 1, 1), None, False),
        ("due_on", None, date(2026, 1, 2), date(2026, 1, 2), True),
    ],
)
def test_who_and_by_when_stand_as_the_one_chose_who_changed_them(fact, mine, theirs, stands, both):
    row = TypedMinutesRow("k", "Open the desk.", "a", date(2026, 1, 1))
    base, wrote, there = (
        WrittenItem(actions=(replace(row, **{fact: value}),))
        for value in (getattr(row, fact), mine, theirs)
    )
    merged = merge_items(base, wrote, there)
    assert merged.item == WrittenItem(actions=(replace(row, **{fact: stands}),))
    said = [one.isoformat() if isinstance(one, date) else one or "" for one in (theirs, mine)]
    assert [(one.stands, one.other) for one in merged.differences] == [tuple(said)] * both


def test_two_who_make_a_decision_of_one_line_make_one():
    base = WrittenItem("The desk is open on Fridays.")
    mine, theirs = (
        WrittenItem("", decisions=(TypedMinutesRow(key, "The desk is open on Fridays."),))
        for key in ("mine", "theirs")
    )
    merged = merge_items(base, mine, theirs)
    assert merged.item == theirs
    assert merged.renamed == {"mine": "theirs"}
    assert with_names(mine, merged.renamed) == theirs


@pytest.mark.parametrize(
    ("text", "take", "settled"),
    [
        ("One. Two. Three.", "stands", "One. Two. Three."),
        ("One. Two. Three.", "other", "One. Zwei. Three."),
        ("One. Two. Three.", "both", "One. Two. Zwei. Three."),
        # What stood there is another by now: nothing of it goes.
        ("One. Deux. Three.", "other", "One. Deux. Three.\nZwei."),
        ("", "both", "Zwei."),
    ],
)
def test_a_difference_is_settled_where_it_stands(text, take, settled):
    assert settled_text(text, TextDifference("minute", "Zero.", "Two.", "Zwei."), take) == settled


def test_whoever_writes_on_in_a_sentence_that_differs_makes_no_second_difference():
    earlier = TextDifference("minute", "The hall.", "The hall is dark.", "The hall is small.")
    later = TextDifference(
        "minute", "The hall is small.", "The hall is dark.", "The hall is small, too."
    )
    assert carried_on(earlier, later) == replace(earlier, other="The hall is small, too.")
    assert carried_on(earlier, replace(later, part="decision:k")) is None
    assert carried_on(earlier, replace(later, before="Something else.")) is None


def test_a_long_text_of_alike_sentences_is_merged_as_a_short_one():
    told = ["Nothing new."] * 210
    before = " ".join(told)
    mine = " ".join(["The chair opened.", *told])
    theirs = " ".join([*told, "The chair closed."])
    assert merge_text(before, mine, theirs) == (
        " ".join(["The chair opened.", *told, "The chair closed."]),
        [],
    )


def test_a_decision_that_one_took_out_is_gone_unless_the_other_changed_it():
    before = TypedMinutesRow("d1", "Two officers a shift")
    changed = TypedMinutesRow("d1", "Three officers a shift")
    base, out = WrittenItem(decisions=(before,)), WrittenItem()
    assert merge_items(base, out, base).item.decisions == ()
    assert merge_items(base, base, out).item.decisions == ()
    kept = WrittenItem(decisions=(changed,))
    assert merge_items(base, out, kept).item.decisions == (changed,)
    assert merge_items(base, kept, out).item.decisions == (changed,)
