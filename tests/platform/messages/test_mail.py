"""Mail goes out whole, says nothing of what it is for, and a failing server is a sentence."""

import re
import socket
import ssl
import subprocess
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from apiflask import APIFlask
from flask_babel import force_locale

from kash.accounts.views.inviting import mail_link
from kash.application import create_app
from kash.platform.messages import MailFailed, mail_is_set_up, send_mail
from kash.settings import Settings

TELLING = re.compile(r"polic|right|certif|workshop|incident|invit|haki|polisi", re.IGNORECASE)


def _sent(app: APIFlask) -> list[EmailMessage]:
    folder = Path(app.config["MAIL_FILE_PATH"])
    return [
        message_from_bytes(path.read_bytes().partition(b"\n-----")[0], policy=policy.default)  # type: ignore[misc]
        for path in sorted(folder.glob("*"))
    ]


def test_a_message_has_its_headers_and_its_text(app):
    send_mail("amina@example.org", "Your access", "Öffnen: https://kash.example.org/join/abc\n")
    (message,) = _sent(app)
    assert (message["To"], message["Subject"]) == ("amina@example.org", "Your access")
    assert message["From"] == app.config["MAIL_DEFAULT_SENDER"]
    assert message["Cc"] is None
    assert message["Bcc"] is None
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Öffnen: https://kash.example.org/join/abc"


def test_a_line_break_in_a_subject_adds_no_header(app):
    with pytest.raises(MailFailed):
        send_mail("amina@example.org", "Access\nBcc: somebody@example.org", "Text")
    assert [message["To"] for message in _sent(app)] in ([], [None])


@pytest.mark.parametrize("language", ["en", "sw"])
def test_a_link_is_sent_in_the_language_asked_for_and_tells_nothing(app, language):
    link = "http://localhost:8000/join/abc"
    with app.test_request_context(), force_locale("en"):
        assert mail_link("amina@example.org", link, language)
    (message,) = _sent(app)
    text = message.get_content()
    assert link in text
    assert TELLING.findall(f"{message['Subject']} {text.replace(link, '')}") == []
    english = "Open this link to choose a password." in text
    assert english is (language == "en")


@pytest.mark.parametrize("failure", [OSError("refused"), TimeoutError(), ValueError("bad header")])
def test_a_server_that_fails_is_said_without_a_name(app, failure):
    with (
        patch("kash.platform.messages.mail.EmailMessage.send", side_effect=failure),
        app.test_request_context(),
        pytest.raises(MailFailed) as told,
    ):
        send_mail("amina@example.org", "Your access", "Text")
    assert str(told.value) == "The e-mail could not be sent. Hand the link over yourself."
    assert told.value.__cause__ is None


def test_a_server_that_is_not_there_fails_too(tmp_path):
    app = create_app(Settings(data_dir=tmp_path / "var", mail_url="smtp://127.0.0.1:9"))
    with app.app_context(), pytest.raises(MailFailed):
        send_mail("amina@example.org", "Your access", "Text")


@pytest.mark.parametrize(
    ("address", "reaches", "port", "secure"),
    [
        ("console://", False, None, None),
        ("smtp://mail.example.org", True, 25, False),
        ("smtp://ada:p%40ss@mail.example.org:587", True, 587, False),
        ("smtps://mail.example.org", True, 465, True),
    ],
)
def test_the_address_says_how_mail_goes_out(tmp_path, address, reaches, port, secure):
    app = create_app(Settings(data_dir=tmp_path / "var", mail_url=address))
    with app.app_context():
        assert mail_is_set_up() is reaches
    if port is not None:
        assert (app.config["MAIL_PORT"], app.config["MAIL_USE_SSL"]) == (port, secure)
        assert app.config["MAIL_USE_TLS"] is (port == 587)
        known = "ada" in address
        assert app.config["MAIL_PASSWORD"] == ("p@ss" if known else None)


def test_a_password_goes_to_no_server_whose_certificate_nobody_signed(tmp_path):
    """At port 587 a connection becomes a protected one, and whoever sits in between can offer that
    too."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    command += " -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    protected = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    protected.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port, tls_context=protected)
    server.start()
    app = create_app(Settings(data_dir=tmp_path / "var", mail_url="smtp://mail.example.org:587"))
    try:
        with app.app_context():
            sender = app.extensions["mailman"].get_connection(host="localhost", port=port)
            assert sender.use_tls
            with pytest.raises(ssl.SSLCertVerificationError):
                sender.open()
    finally:
        server.stop()
