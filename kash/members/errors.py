"""What can go wrong with keys and openings, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.web.errors import Problem, TooManyTries


class WrongPassphrase(Problem):
    """The passphrase does not open the member's key."""

    status = 422
    sentence = _l(
        "This passphrase does not open the vault. Check the words and their order. If you have"
        " lost it, use your recovery sheet."
    )


class WrongRecoveryCode(Problem):
    """The recovery code does not open the member's key."""

    status = 422
    sentence = _l("This recovery code is not right. It stands on the newest recovery sheet.")


class NoKeys(Problem):
    """The account has no keys, or nobody has let it in yet."""

    sentence = _l("You hold no keys of the vault yet, or nobody has let you in.")


class SecondFactorMissing(Problem):
    """The account has no second step, without which the vault does not open."""

    sentence = _l("The vault needs a second step. Set it up first.")


class VaultClosed(Problem):
    """The vault is closed; whoever asks is a script, which cannot show the page that opens it."""

    status = 423
    sentence = _l("The vault is closed. Open it and try again.")


class TooManyPassphrases(TooManyTries):
    """Passphrases were tried too often."""

    sentence = _l("Too many tries. Wait a quarter of an hour and try again.")
