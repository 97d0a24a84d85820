"""Errors of keys and openings, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem, TooManyTries


class WrongPassphrase(Problem):
    """The passphrase does not open the member's key."""

    status = 422
    field = "passphrase"
    sentence = _l(
        "This passphrase does not open the vault. Check the words and their order. If you have"
        " lost it, use your recovery sheet."
    )


class WrongRecoveryCode(Problem):
    """The recovery code does not open the member's key."""

    status = 422
    field = "recovery_code"
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

    field = ""
    sentence = _l("Too many tries. Wait a quarter of an hour and try again.")


class NotEntitled(Problem):
    """The roles of an account allow no keys, or there is nothing for them to begin."""

    status = 403
    sentence = _l("The roles of this account allow no keys of the vault.")


class HasKeys(Problem):
    """The account has keys already."""

    sentence = _l("You have keys already. You can change your passphrase.")


class StaleWords(Problem):
    """The text that a page carried is too old, was made for another session, or was altered."""

    sentence = _l("This page was too old. Begin again: you get new words.")


class CannotLetIn(Problem):
    """The open vault holds nothing that the other may be let into."""

    sentence = _l("Your keys open nothing that this person may be let into.")


class KeyNotRight(Problem):
    """A key of the vault is not the one that was made: nothing is opened, nor sealed to it."""

    field = ""
    sentence = _l(
        "A key of the vault is not the one that was made: somebody altered the"
        " database. Nothing is sealed to it. Tell the other members and the operator of"
        " the server now."
    )


class HeldBack(Problem):
    """The server keeps its half of the member's key back."""

    field = ""
    sentence = _l(
        "The server keeps its half of your key back, because your account was locked at once. An"
        " administrator or the director gives it back, on the page of who holds keys."
    )


class WordsChanged(Problem):
    """The key of which the words were shown is not the one that is there now."""

    field = "compared"
    sentence = _l("The words have changed since this page was shown. Compare them again.")


class WordsNotCompared(Problem):
    """A member's four words were not compared since keys are sealed."""

    sentence = _l(
        "First compare four words with everybody who holds these keys. Until then they are not"
        " made anew, and reports are taken as before."
    )


class AskerNotCompared(Problem):
    """The asker's four words were not compared since keys are sealed."""

    sentence = _l("First compare four words with this person, on the page of who holds keys.")


class AlreadyAsked(Problem):
    """A request for the same document waits, or still holds."""

    sentence = _l("You have asked for this already.")


class AlreadyDecided(Problem):
    """Somebody has decided meanwhile."""

    sentence = _l("This was decided already.")


class CannotDecide(Problem):
    """Whoever asks does not decide, and nobody decides without keys of identities."""

    status = 403
    sentence = _l("Another custodian has to decide this.")
