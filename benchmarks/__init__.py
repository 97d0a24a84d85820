"""Measurements of the running programme: `./kash.sh bench NAME`."""
