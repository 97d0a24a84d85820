"""Forms of what programs send and are told. Whatever is not named here is refused, or left out."""
