"""Lists of people as they come from the field: from a file's bytes to rows that can be stored.

What is decided of a list is in `kash.people.lists.rules`; here files are opened, within limits that
hold before any library sees them, and everything is put into words.
Other rooms come in by `services` alone.
"""
