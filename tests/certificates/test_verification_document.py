"""docs/verification.md is enough to check a certificate: its example is followed word by word.

Nothing of the programme is used here. Whoever writes a checker of her own has that page, and this.
"""

import base64
import hashlib
import json
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAGE = (Path(__file__).parents[2] / "docs" / "verification.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("### An example to try it on")[1]
GIVEN = dict(re.findall(r"^\| (.+?) \| `([^`]+)` \|$", EXAMPLE, re.MULTILINE))
NAME, TITLE = re.findall(r"\*([^*]+)\*", EXAMPLE)[:2]
CODE = re.search(r"```\n(.+)\n```", EXAMPLE)[1]
LIST = json.loads(re.search(r"```json\n(.+?)```", EXAMPLE, re.DOTALL)[1])
ALPHABET = re.search(r"\(`([0-9A-Z]{32})`\)", PAGE)[1]
APOSTROPHES = re.findall(r"U\+([0-9A-F]{4}) `", PAGE)
SIGNED_AS = re.search(r"signature over the text `([^`]+)`, a zero byte", PAGE)[1].encode() + b"\0"
TITLED_AS = re.search(r"SHA-256 over the text `([^`]+)`, a zero byte", PAGE)[1].encode() + b"\0"


def bare(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compared(name: str) -> str:
    """The five steps of the page."""
    apostrophes = {chr(int(one, 16)) for one in APOSTROPHES}
    parts = "".join("'" if one in apostrophes else one for one in name).split("'")

    def plain(part: str) -> str:
        kept = [
            one
            for one in unicodedata.normalize("NFKD", part.casefold())
            if unicodedata.category(one) not in ("Mn", "Me", "Cf") and one not in apostrophes
        ]
        return "".join(one for one in "".join(kept).casefold() if not one.isspace())

    return "'".join(plain(part) for part in parts)


def key() -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bare(GIVEN["public key, as `x` in `keys.json`"]))


def test_the_key_is_named_by_the_beginning_of_its_digest():
    assert "its private half is the 32 bytes 00, 01, 02 … 1f" in EXAMPLE
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    assert public == bare(GIVEN["public key, as `x` in `keys.json`"])
    digest = hashlib.sha256(public).hexdigest()
    assert digest == GIVEN["SHA-256 of its 32 bytes"]
    assert digest[:8] == GIVEN["id of the key (`kid`)"]
    assert (
        private.sign(SIGNED_AS + bytes.fromhex(GIVEN["bytes 0–40"])).hex()
        == (GIVEN["bytes 41–104"])
    )


def test_the_code_is_made_of_what_the_table_of_its_bytes_says():
    serial = GIVEN["serial as printed"].replace("-", "")
    number = 0
    for character in serial:
        number = number << 5 | ALPHABET.index(character)
    assert number.to_bytes(8, "big").hex() == GIVEN["serial as a number"]
    title = hashlib.sha256(TITLED_AS + TITLE.encode()).hexdigest()[:8]
    assert title == GIVEN["id of the title"]
    months = [(year - 2000) * 12 + 11 for year in (2026, 2029)]
    assert [f"{one:04x}" for one in months] == [GIVEN["month of issue"], GIVEN["last month"]]
    assert compared(NAME) == GIVEN["compared name"]
    hashed = hashlib.sha256(bytes.fromhex(GIVEN["salt"]) + GIVEN["compared name"].encode())
    assert hashed.hexdigest() == GIVEN["SHA-256 over salt and compared name"]
    parts = [
        "01",
        GIVEN["id of the key (`kid`)"],
        GIVEN["serial as a number"],
        GIVEN["id of the title"],
        GIVEN["month of issue"],
        GIVEN["last month"],
        GIVEN["salt"],
        hashed.hexdigest()[:24],
    ]
    assert "".join(parts) == GIVEN["bytes 0–40"]
    payload = bytes.fromhex(GIVEN["bytes 0–40"] + GIVEN["bytes 41–104"])
    assert base64.b32decode(CODE.partition("#")[2]) == payload
    key().verify(payload[41:], SIGNED_AS + payload[:41])
    with pytest.raises(InvalidSignature):
        key().verify(payload[41:], SIGNED_AS + payload[:40] + b"\0")


def test_the_list_is_a_flattened_signature_in_which_the_serial_is_found():
    assert sorted(LIST) == ["payload", "protected", "signature"]
    key().verify(bare(LIST["signature"]), f"{LIST['protected']}.{LIST['payload']}".encode())
    header, claims = json.loads(bare(LIST["protected"])), json.loads(bare(LIST["payload"]))
    kid = GIVEN["id of the key (`kid`)"]
    assert header == {"alg": "EdDSA", "kid": kid, "typ": "kash-status+jwt"}
    assert sorted(claims) == ["classes", "entries", "iat", "iss", "salt"]
    salt, entries = bare(claims["salt"]), bare(claims["entries"])
    assert (salt.hex(), entries.hex()) == (GIVEN["`salt`"], GIVEN["`entries`"])
    serial = GIVEN["serial as printed"].replace("-", "")
    digest = hashlib.sha256(salt + serial.encode()).digest()
    assert digest.hex() == GIVEN["SHA-256 over `salt` and the serial"]
    (entry,) = [
        entries[at : at + 11]
        for at in range(0, len(entries), 11)
        if entries[at : at + 8] == digest[:8]
    ]
    assert entry.hex() == GIVEN["the entry that begins like it"]
    shown = bytes(one ^ other for one, other in zip(entry[8:], digest[8:11], strict=True))
    assert shown.hex() == GIVEN["its last three bytes, shown"]
    days = int.from_bytes(shown[:2], "big")
    assert (str(days), date(2000, 1, 1) + timedelta(days)) == (
        GIVEN["days since 1 January 2000"],
        date(2027, 3, 1),
    )
    assert claims["classes"][shown[2]] == GIVEN["kind of reason"]
