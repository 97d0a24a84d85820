"""Single bytes that turn, as on a disk that grows old."""

import sqlite3
from contextlib import closing
from pathlib import Path


def flip(database: Path, place: int) -> None:
    """Turn the last bit of one byte; done again, it is as it was."""
    with database.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def page_of(database: Path, table: str) -> int:
    """The byte that says what kind of page a table's first one is."""
    with closing(sqlite3.connect(database)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        found = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
        return int((found.fetchone()[0] - 1) * size)


def letter_of(database: Path, table: str, column: str, text: str) -> int:
    """A letter of a text as the table itself has it, beside whatever indexes keep of it."""
    content, place = database.read_bytes(), -1
    while (place := content.find(text.encode(), place + 1)) >= 0:
        flip(database, place)
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute(f"SELECT {column} FROM {table} NOT INDEXED").fetchall()
        flip(database, place)
        if (text,) not in rows:
            return place
    raise AssertionError("the table does not hold this text")


def damage_free_pages(database: Path) -> None:
    """Have the list of free pages say that there are more than it holds."""
    with closing(sqlite3.connect(database)) as connection:
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    with database.open("r+b") as file:
        file.seek(36)
        file.write((free + 1).to_bytes(4))
