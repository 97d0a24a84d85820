"""Errors that stop a backup or a restore, each a sentence for whoever runs it."""

from __future__ import annotations


class OperationError(Exception):
    """The operation was not done, or not finished; the message says what to do."""


class NoKey(OperationError):
    """Nothing was given to encrypt or decrypt with."""


class WrongKeyGiven(OperationError):
    """The passphrase or the identity does not open this backup."""


class DamagedBackup(OperationError):
    """The file is no whole backup of ours."""


class DatabaseDamaged(DamagedBackup):
    """The database that is served, and was to be backed up, is damaged."""


class FilesMissing(DamagedBackup):
    """Files that the database names are not where files are stored."""


class CannotWrite(OperationError):
    """There is no room for the backup, or its folder takes nothing."""


class NotEmpty(OperationError):
    """There is a programme already where the backup should go."""


class ToolFailed(OperationError):
    """A program of the database's own failed, or is not installed."""
