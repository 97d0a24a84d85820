"""The programme's settings, one module for each thing that can be set."""

from kash.desk.settings import choices as choices
from kash.desk.settings import lines as contacts
from kash.desk.settings import people as retention
from kash.desk.settings import programme as paper
