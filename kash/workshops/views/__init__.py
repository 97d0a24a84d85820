"""The pages of a workshop, one module a tab."""

from kash.workshops.views import answers, attendance, closing, door, scans
from kash.workshops.views import people as answer_links
from kash.workshops.views import plan as copying
