"""A passkey in a browser of the tests: added, and used."""

from typing import Any

from flask.testing import FlaskClient

from .authenticator import Authenticator


def add_passkey(browser: FlaskClient, device: Authenticator, name: str = "My phone") -> Any:
    offered = browser.post("/account/passkeys/challenge")
    assert offered.status_code == 200, offered.text
    return browser.post(
        "/account/passkeys/add", data={"name": name, "credential": device.make(offered.text)}
    )


def use_passkey(
    browser: FlaskClient, device: Authenticator, where: str = "/sign-in/passkey", **more: str
):  # type: ignore[no-untyped-def]
    offered = browser.post(f"{where}/challenge")
    assert offered.status_code == 200, offered.text
    return browser.post(where, data={"credential": device.sign(offered.text), **more})
