"""Pure decisions about trends. numpy is imported where it counts, never with a module: a process
that nobody asks for a trend loads none of it."""
