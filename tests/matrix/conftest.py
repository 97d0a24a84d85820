"""One programme for all that is asked here, put back whenever something has changed it."""

import pyrage
import pytest

from kash.exchange.archive import services as archive_services
from kash.platform.operations.archive import Lock
from kash.platform.operations.server import keep_compiled

from .programme import build, paper_as_text


@pytest.fixture(scope="package")
def world(tmp_path_factory, compiled):
    """The programme, and a signed-in browser for each role."""
    patch = pytest.MonkeyPatch()
    # Stretching the words takes a second each time.
    once = Lock(b"", str(pyrage.x25519.Identity.generate().to_public()))
    patch.setattr(archive_services, "lock_of", lambda _words: once)
    with paper_as_text(patch):
        world = build(tmp_path_factory.mktemp("matrix") / "var")
        keep_compiled(world.app, compiled)
        yield world
    patch.undo()


@pytest.fixture(autouse=True)
def _as_it_was(world):
    yield
    if world.written():
        world.put_back()
