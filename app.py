"""The WSGI application, as gunicorn and the flask command find it."""

from kash import create_app
from kash.settings import SettingsError
from kash.vault import KeyFileError

try:
    app = create_app()
except (SettingsError, KeyFileError) as problem:
    # One line for whoever typed the command, as the server says it.
    raise SystemExit(str(problem)) from None
