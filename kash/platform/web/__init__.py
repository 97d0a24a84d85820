"""Web: who is acting, what may come in, what goes out, and how it is shown; shared by every page.

The web knows no feature. Features bring views with a declared permission, forms made of the
fields here, and lists that page and sort in one way.
"""

from kash.platform.web.current_actor import NOBODY_HERE, SignedIn, current_actor, signed_in
from kash.platform.web.errors import Forbidden, NotFound, Problem
from kash.platform.web.forms import KashForm
from kash.platform.web.lists import Listing, listing, paged
from kash.platform.web.pages import download, go, page, safe_next
