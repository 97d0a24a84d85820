"""Rules of tokens, of how much may be asked, and of requests that come again."""
