"""Links and codes hold the address that is served; a useless one is printed by nobody unasked."""

import re
import socket
from types import SimpleNamespace

import pytest

from kash.accounts.models import Invitation, Programme
from kash.accounts.services.accounts import accept_address
from kash.platform.database import db
from kash.platform.operations.server import where_served
from kash.platform.web.public_address import AddressKind, kind_of_address
from kash.settings import Settings

ASKS = "Is this the right address?"
INVITED = {"name": "Baraka", "email": "baraka@example.org", "roles": "trainer", "language": "en"}


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 9137, "http://localhost:9137"),
        ("0.0.0.0", 80, "http://localhost"),
        ("192.168.1.5", 8000, "http://192.168.1.5:8000"),
        ("fd00::7", 8443, "http://[fd00::7]:8443"),
        ("localhost", 8001, "http://localhost:8001"),
    ],
)
def test_without_an_address_links_say_where_the_site_is_served(host, port, address):
    assert Settings(host=host, port=port).public_url == address
    # As an empty variable says it.
    assert Settings(host=host, port=port, public_url="").public_url == address
    given = Settings(host=host, port=port, public_url="https://kash.example.org/")
    assert given.public_url == "https://kash.example.org"


def test_an_option_of_the_server_moves_the_address_along_and_a_given_one_stays():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listeners = [SimpleNamespace(sock=listening)]
        port = listening.getsockname()[1]
        served = where_served(Settings(port=8000), listeners)
        assert (served.port, served.public_url) == (port, f"http://localhost:{port}")
        given = Settings(public_url="https://kash.example.org")
        assert where_served(given, listeners).public_url == "https://kash.example.org"


def test_what_listens_on_a_file_leaves_the_settings_as_they_are(tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "kash"))
        settings = Settings(port=9000)
        assert where_served(settings, [SimpleNamespace(sock=listening)]) is settings


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("http://localhost:8000", AddressKind.LOCAL),
        ("https://localhost", AddressKind.LOCAL),
        ("http://kash.localhost", AddressKind.LOCAL),
        ("http://127.4.0.1", AddressKind.LOCAL),
        ("http://[::1]:8000", AddressKind.LOCAL),
        ("http://0.0.0.0:8000", AddressKind.LOCAL),
        ("http://192.168.1.5:8000", AddressKind.PLAIN),
        ("http://kash.example.org", AddressKind.PLAIN),
        ("https://kash.example.org", AddressKind.OPEN),
        ("https://192.168.1.5", AddressKind.OPEN),
    ],
)
def test_who_can_open_an_address(address, kind):
    assert kind_of_address(address) is kind


# --- The question ---------------------------------------------------------------------------------


@pytest.fixture
def unasked(app):
    """A programme in which nobody has answered yet."""
    programme = db.session.get_one(Programme, 1)
    programme.settings = {**programme.settings, "address": {}}
    db.session.commit()
    return app


def invitations() -> int:
    db.session.rollback()
    return db.session.query(Invitation).count()


def test_the_first_link_to_this_computer_alone_asks_and_keeps_what_was_typed(unasked, sign_in):
    browser = sign_in("administrator")
    asked = browser.post("/accounts/invite", data=INVITED)
    assert ASKS in asked.text
    assert "http://localhost:8000" in asked.text
    assert "KASH_PUBLIC_URL" in asked.text
    assert invitations() == 0
    kept = dict(re.findall(r'<textarea[^>]* name="(\w+)" hidden>\n([^<]*)</textarea>', asked.text))
    assert kept == INVITED
    made = browser.post("/accounts/invite", data=kept | {"accept_address": "http://localhost:8000"})
    assert "http://localhost:8000/join/" in made.text
    assert invitations() == 1
    other = browser.post("/accounts/invite", data=INVITED | {"email": "other@example.org"})
    assert ASKS not in other.text
    assert invitations() == 2


def test_nobody_is_asked_for_the_address_of_her_own_calendar(unasked, sign_in):
    made = sign_in("trainer").post("/feeds/own/make")
    assert (made.status_code, ASKS in made.text) == (200, False)
    assert "http://localhost:8000/feeds/read/" in made.text


def test_another_address_is_asked_about_anew_and_one_with_https_never(unasked, actor, sign_in):
    accept_address(actor("administrator"), "http://localhost:8000")
    browser = sign_in("administrator")
    settings = unasked.config["SETTINGS"]

    def asked(address: str, answer: str = "") -> bool:
        unasked.config["SETTINGS"] = settings.model_copy(update={"public_url": address})
        answers = {"accept_address": answer} if answer else {}
        return ASKS in browser.post("/accounts/invite", data=INVITED | answers).text

    assert asked("http://192.168.1.5:8000")
    assert asked("http://localhost:9000", answer="http://localhost:8000")
    assert not asked("https://kash.example.org")


def test_a_trainer_is_told_in_plain_words_whom_to_ask(unasked, sign_in):
    browser = sign_in("trainer")
    asked = browser.post("/workshops/none/certificates/propose", data={"people": "x"})
    assert ASKS in asked.text
    assert "ask your administrator to have the right address set first" in asked.text
    assert "KASH_PUBLIC_URL" not in asked.text


def test_whatever_gives_the_address_away_for_good_asks_first(app):
    marked = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "kash_says_address", False)
    }
    assert marked == {
        "accounts.fetch_link",
        "accounts.invite",
        "accounts.invite_several",
        "accounts.new_password_link",
        "certificates.file",
        "certificates.issue",
        "certificates.make_holder_link",
        "certificates.make_paper",
        "certificates.propose",
        "certificates.propose_renewals",
        "certificates.send_links",
        "feeds.make_own",
        "feeds.make_venue",
        "invitations.open_link",
        "invitations.quotas",
        "workshops.answer_links",
    }


def test_the_settings_tell_which_address_holds(unasked, sign_in):
    page = sign_in("administrator").get("/settings").text
    assert "http://localhost:8000. Only the computer on which Kash runs can open it." in page
