"""Pages of forums, one module for each thing they show."""

from kash.forums.views import decisions as actions
from kash.forums.views import meetings, minutes, series
from kash.forums.views import presence as attendance
