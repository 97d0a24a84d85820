"""The alphabet of SMS (GSM 03.38): how long a text is in it, and any text brought into it.

One SMS holds 160 septets. A sign of the extension takes two; a single sign that is in neither makes
the whole message one of 70 signs, which is never what was wanted.
"""

from __future__ import annotations

import unicodedata

ONE_SMS = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
# What people's keyboards and names bring along, each as one sign or more of the alphabet.
_WRITTEN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
        "\u00d7": "x",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "^": "",
        "~": "-",
        "|": "/",
        "\\": "/",
        "€": "EUR",
    }
)


def septets(text: str) -> int | None:
    """The number of septets that a text takes; None if a sign of it is not in the alphabet."""
    if strange_signs(text):
        return None
    return len(text) + sum(sign in _EXTENSION for sign in text)


def strange_signs(text: str) -> str:
    """The signs of a text that no SMS of 160 septets has, each once, in their order."""
    return "".join(
        dict.fromkeys(sign for sign in text if sign not in _BASIC and sign not in _EXTENSION)
    )


def is_one_sms(text: str) -> bool:
    """True if a text is one message of the alphabet."""
    length = septets(text)
    return length is not None and length <= ONE_SMS


def in_alphabet(value: str) -> str:
    """A value in signs that take one septet each, on one line: accents that the alphabet doesn't
    have are left out, and what is in no alphabet near to it becomes a question mark."""
    written = " ".join(value.translate(_WRITTEN).split())
    return "".join(_nearest(sign) for sign in written)


def _nearest(sign: str) -> str:
    if sign in _BASIC:
        return sign
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
    )
    return bare if bare and all(part in _BASIC for part in bare) else "?"
