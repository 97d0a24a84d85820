"""Another system is called within bounds: whatever it answers, nothing hangs, fills the memory,
goes to another host or tells the token."""

import time

import pytest

from kash.people.connections.services import (
    AnotherHost,
    AnswerTooLarge,
    FetchFailed,
    NotAnswered,
    NotReached,
    OtherSystem,
)

from .stand_in import Asked, OtherEnd, Reply, other_end

TOKEN = "ApiToken d2pat_secret"


def _system(end: OtherEnd, patience: float = 5.0) -> OtherSystem:
    return OtherSystem(f"{end.address}/base", {"Authorization": TOKEN}, patience, here_too=True)


def test_what_is_sent_arrives_with_the_token_below_the_address():
    with other_end(lambda asked: Reply(409, asked.body)) as end:
        answer = _system(end).post("/api/things?dryRun=true", b"{}")
        assert (answer.status, answer.content) == (409, b"{}")
        whole = _system(end).get(f"{end.address}/elsewhere?page=2")
    assert whole.status == 409
    first, second = end.asked
    assert (first.method, first.path, first.headers["authorization"]) == (
        "POST", "/base/api/things?dryRun=true", TOKEN,
    )  # fmt: skip
    assert (second.method, second.path) == ("GET", "/elsewhere?page=2")


@pytest.mark.parametrize("fault", ["reset", "silent", "half", "drip"])
def test_a_fault_ends_soon_and_is_not_taken_for_an_answer(fault):
    headers = {"Content-Length": "1000000"} if fault == "drip" else {}
    with other_end(lambda _asked: Reply(200, b"[1, 2]", headers, fault)) as end:
        began = time.monotonic()
        with pytest.raises(NotAnswered) as failed:
            _system(end, 0.15).post("/x", b"{}")
    assert time.monotonic() - began < 5
    assert TOKEN not in repr(failed.value) + str(failed.value.__context__)


def test_what_is_not_there_got_nothing():
    with other_end(lambda _asked: Reply()) as end:
        system = _system(end)
    with pytest.raises(NotReached):
        system.get("/x")


def test_more_than_was_asked_for_is_not_read():
    with other_end(lambda _asked: Reply(200, b"x" * 101)) as end:
        assert len(_system(end).get("/x", most=101).content) == 101
        with pytest.raises(AnswerTooLarge):
            _system(end).get("/x", most=100)


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example.org/x",
        "//elsewhere.example.org/x",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1@elsewhere.example.org/x",
        "/x y",
        "/x\r\nHost: elsewhere",
        "http://[",
        "nothing",
    ],
)
def test_no_answer_leads_the_token_to_another_host(target):
    with other_end(lambda _asked: Reply(302, headers={"Location": target})) as end:
        system = _system(end)
        with pytest.raises(AnotherHost):
            system.get(target)
        if target not in ("nothing", "/x y", "/x\r\nHost: elsewhere"):
            with pytest.raises(AnotherHost):
                system.get("/first")
            assert [one.path for one in end.asked] == ["/base/first"]


def test_a_redirection_on_the_same_host_is_followed_but_never_for_ever_and_no_body_goes_twice():
    def answer(asked: Asked) -> Reply:
        if asked.path == "/base/old":
            return Reply(301, headers={"Location": "/base/new"})
        if asked.path == "/base/circle":
            return Reply(302, headers={"Location": "circle"})
        return Reply(200, b"there")

    with other_end(answer) as end:
        assert _system(end).get("/old").content == b"there"
        assert _system(end).post("/old", b"{}").status == 301
        with pytest.raises(NotAnswered):
            _system(end).get("/circle")
    assert [one.method for one in end.asked] == ["GET", "GET", "POST", *["GET"] * 4]


def test_an_address_that_is_not_protected_is_never_called():
    with other_end(lambda _asked: Reply()) as end:
        for system in (
            OtherSystem(end.address, {"Authorization": TOKEN}),
            OtherSystem("http://dhis2.example.org", here_too=True),
        ):
            with pytest.raises(FetchFailed):
                system.get("/x")
    assert (end.asked, TOKEN in repr(OtherSystem("https://a.org", {"a": TOKEN}))) == ([], False)
