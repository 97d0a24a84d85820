"""Writes of incidents: one function, one action, one transaction, one audit entry; but a filing by
somebody without keys leaves no entry at all."""
