"""Pages about people, organisations and groups."""

from kash.people.views import contacts, directory, lists
from kash.people.views import merging as duplicates
from kash.people.views import persons as consents
