"""Tools for whoever works on Kash; nothing that serves needs them."""
