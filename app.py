"""The WSGI application, as gunicorn and the flask command find it."""

import gc
import os

from kash.application import create_app
from kash.platform.operations.migrations import tell_known_faults_in_a_line
from kash.settings import CannotStart

if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
    tell_known_faults_in_a_line()
# Nothing of what is loaded now is garbage: to look for it would be a fifth of a start.
gc.disable()
try:
    app = create_app()
except CannotStart as problem:
    # One line for whoever typed the command, as the server says it.
    raise SystemExit(str(problem)) from None
finally:
    gc.freeze()
    gc.enable()
