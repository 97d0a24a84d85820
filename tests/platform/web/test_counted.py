"""Figures that are kept: never another than those of now, unless the page says of when they are."""

import os
import pickle
import threading
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web import metrics as module
from kash.platform.web.metrics import (
    AGAIN,
    KEPT,
    SHARED,
    SLOW,
    count_again,
    counted,
    counted_at,
    init_counted,
)
from kash.policy import SYSTEM

TEN = timedelta(minutes=10)


class World:
    """A clock, a number that writing moves, and pages on which it is counted."""

    def __init__(self, app: APIFlask) -> None:
        self.app = app
        self.now = datetime(2026, 11, 28, 7, 42, tzinfo=UTC)
        self.number = 0
        self.counts = 0

    def write(self, *, entry: bool = True) -> None:
        self.number += 1
        if entry:
            with audited("settings.changed", SYSTEM) as change:
                change.about("settings")
            db.session.rollback()

    def _count(self) -> int:
        self.counts += 1
        return self.number

    def page(self, key: Hashable = "one", address: str = "/") -> tuple[int, datetime | None, str]:
        with self.app.test_request_context(address):
            g.pop("counted_at", None)
            found = counted(key, self._count)
            return found, counted_at(), count_again()


@pytest.fixture
def world(both_engines_app, monkeypatch):
    made = World(both_engines_app)
    made.app.config.update({KEPT: TEN, SLOW: -1.0})
    init_counted(made.app)
    monkeypatch.setattr(module, "utc_now", lambda: made.now)
    yield made
    init_counted(made.app)


def test_nothing_is_counted_twice_until_something_is_written(world):
    assert world.page()[:2] == world.page()[:2] == (0, None)
    assert world.counts == 1
    assert world.page("another")[:2] == (0, None)
    assert world.counts == 2


def test_what_is_quick_to_count_is_always_that_of_now(world):
    world.app.config[SLOW] = 1e9
    world.page()
    world.write()
    assert world.page()[:2] == (1, None)


def test_what_takes_long_says_when_it_was_counted_and_is_counted_anew_if_asked(world):
    first = world.now
    world.page()
    world.write()
    world.now += timedelta(minutes=3)
    found, at, again = world.page(address="/?page=2&page=3")
    assert (found, at) == (0, first)
    assert again == f"?page=2&page=3&{AGAIN}={int(first.timestamp()) + 1}"
    assert world.page(address=f"/{again}")[:2] == (1, None)
    # The address that asked stays good, and counts no third time.
    assert world.page(address=f"/{again}")[:2] == (1, None)
    assert world.counts == 2
    world.write()
    world.now += TEN
    assert world.page()[:2] == (2, None)


def test_what_left_no_entry_is_seen_after_ten_minutes(world):
    world.page()
    world.write(entry=False)
    world.now += TEN - timedelta(seconds=1)
    assert world.page()[:2] == (0, None)
    world.now += timedelta(seconds=1)
    assert world.page()[:2] == (1, None)


def test_a_page_of_several_figures_tells_the_oldest(world):
    first = world.now
    world.page("one")
    world.now += timedelta(minutes=1)
    world.page("two")
    world.write()
    with world.app.test_request_context("/"):
        g.pop("counted_at", None)
        for key in ("two", "one", "two"):
            counted(key, lambda: 0)
        assert counted_at() == first


@pytest.mark.parametrize("given_", ["", "-1", "x", "9" * 40, "١"])
def test_an_address_that_asks_for_no_moment_asks_for_nothing(world, given_):
    world.page()
    world.write()
    assert world.page(address=f"/?{AGAIN}={given_}")[0] == 0


def test_a_count_that_fails_is_not_kept_and_stops_nobody(world):
    def fail() -> int:
        raise LookupError

    with world.app.test_request_context("/"), pytest.raises(LookupError):
        counted("one", fail)
    assert world.page()[:2] == (0, None)


def test_no_more_is_kept_than_fifty_results_and_those_are_the_newest(world):
    for number in range(60):
        world.now += timedelta(seconds=1)
        world.page(f"{number}")
    assert world.counts == 60
    for number in range(59, 9, -1):
        world.page(f"{number}")
    assert world.counts == 60
    world.page("9")
    assert world.counts == 61


def test_two_who_ask_at_once_count_once(world):
    begun, may_end = threading.Event(), threading.Event()
    counts: list[int] = []

    def slowly() -> int:
        counts.append(1)
        begun.set()
        may_end.wait(30)
        return len(counts)

    found: list[int] = []

    def ask() -> None:
        with world.app.test_request_context("/"):
            found.append(counted("one", slowly))
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    assert begun.wait(30)
    may_end.set()
    for one in threads:
        one.join(30)
    assert (found, counts) == ([1, 1, 1], [1])


class TestProcesses:
    """Each process of a server keeps its own results, as a fresh `init_counted` does."""

    @pytest.fixture
    def folder(self, world, tmp_path):
        world.app.config[SHARED] = tmp_path
        return tmp_path

    def test_what_takes_long_is_counted_once_for_all(self, world, folder):
        first = world.now
        key = ("one", frozenset({"b", "a", "c"}), date(2026, 11, 28))
        assert world.page(key) == world.page(key)
        init_counted(world.app)
        assert world.page(key)[:2] == (0, None)
        world.write()
        world.now += timedelta(minutes=9)
        init_counted(world.app)
        assert world.page(key)[:2] == (0, first)
        assert world.counts == 1
        world.now += timedelta(minutes=1)
        assert world.page(key)[:2] == (1, None)
        assert (world.counts, len(list(folder.iterdir()))) == (2, 1)

    def test_what_is_quick_is_counted_by_each(self, world, folder):
        world.app.config[SLOW] = 1e9
        world.page()
        init_counted(world.app)
        world.page()
        assert (world.counts, list(folder.iterdir())) == (2, [])

    def test_what_cannot_be_read_is_counted_anew(self, world, folder):
        world.page()
        (file,) = folder.iterdir()
        whole = file.read_bytes()
        for number, torn in enumerate((b"", whole[:-20], b"counted", pickle.dumps(("two", 2)))):
            file.write_bytes(torn)
            init_counted(world.app)
            assert world.page()[0] == 0
            assert world.counts == 2 + number
        assert file.read_bytes() != torn

    def test_without_the_folder_each_counts_for_itself(self, world, folder):
        folder.rmdir()
        world.page()
        init_counted(world.app)
        assert world.page()[0] == 0
        assert world.counts == 2

    def test_what_is_kept_no_longer_is_taken_away(self, world, folder):
        world.page()
        (old,) = folder.iterdir()
        os.utime(old, (0, 0))
        world.page("two")
        (left,) = folder.iterdir()
        assert left != old


STEPS = st.lists(
    st.one_of(st.just("write"), st.sampled_from(["ask a", "ask b", "again"]), st.integers(1, 700)),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, slow=st.booleans())
def test_figures_are_those_of_now_or_of_the_moment_that_the_page_tells(app, steps, slow):
    world = World(app)
    app.config.update({KEPT: TEN, SLOW: -1.0 if slow else 1e9})
    init_counted(app)
    before = module.utc_now
    module.utc_now = lambda: world.now  # type: ignore[attr-defined]
    written = [(world.now, 0)]
    again = "/"
    try:
        for step in steps:
            if isinstance(step, int):
                world.now += timedelta(seconds=step)
            elif step == "write":
                world.write()
                written.append((world.now, world.number))
            else:
                address = again if step == "again" else "/"
                found, at, link = world.page(step[-1] if step != "again" else "a", address)
                if at is None:
                    assert found == world.number
                else:
                    assert slow
                    assert world.now - at < TEN
                    # What had been written before that moment is in it.
                    assert found >= max(
                        (number for when, number in written if when < at), default=0
                    )
                    again = f"/{link}"
    finally:
        module.utc_now = before  # type: ignore[attr-defined]
        init_counted(app)
