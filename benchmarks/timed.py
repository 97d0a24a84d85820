"""The application as it is served while it is measured. Importing it makes the application."""

from app import app
from benchmarks.timing import Timed

application = Timed(app)
