"""Limits on what people send: how slowly it may come, and how much of it a web process may hold."""

from __future__ import annotations

from kash.platform.operations.arriving import Pace
from kash.platform.web.bodies import MEGABYTE

# How slowly a head, a body and a large body may come. Nobody waits for them but who sends them, so
# a form may come over the worst network; a large body takes memory from others until it is whole.
HEADS = Pace(window=15, least=1, most_seconds=20)
BODIES = Pace(window=30, least=512, most_seconds=1800)
LARGE_BODIES = Pace(window=30, least=16 * 1024, most_seconds=1800)
# As the Caddyfile tells them: a length of seven digits, which it hands on as it comes.
LARGE = 999_999
# How many bodies may be on their way from one network, to one process: a hall full of phones may
# stand behind one address.
BODIES_OF_ONE = 64
# What bodies that are not large may hold together until they are answered, and answers that are
# not read yet.
MOST_HELD = 48 * MEGABYTE
# So much of a request that is whole is taken however much others hold: there are no more of them
# than places, and help is filed by such.
A_FORM = 16 * 1024
# How long a large body waits, unread, until those before it have gone.
PATIENCE = 60.0
# How long a process that is to be replaced waits for bodies that are not large: anybody may send
# one, and nothing takes its place before it has ended.
LAST_CALL = 60.0
# Threads of each process that only `always_answered` pages take.
URGENT_THREADS = 2
# Threads of each process that never wait for those who read what is large.
THREADS_LEFT = 2
