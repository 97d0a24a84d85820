"""Pure decisions about incidents: no Flask, no database, no clock."""
