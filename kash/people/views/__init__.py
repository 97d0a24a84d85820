"""Pages about people, organisations and groups."""

from kash.people.lists import views as lists
from kash.people.views import contacts, directory
from kash.people.views import merging as duplicates
from kash.people.views import persons as consents
