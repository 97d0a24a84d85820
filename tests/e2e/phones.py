"""The application of a test, served to a phone's browser."""

from __future__ import annotations

import threading

from apiflask import APIFlask
from werkzeug.serving import BaseWSGIServer, make_server


class Site:
    """The application of the test, served to a browser; it can die and come back elsewhere."""

    def __init__(self, app: APIFlask) -> None:
        self.app = app
        self.server: BaseWSGIServer | None = None
        self.begin()

    def begin(self) -> None:
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def die(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"
