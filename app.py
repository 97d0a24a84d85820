"""The WSGI application, as gunicorn and the flask command find it."""

from kash import create_app

app = create_app()
