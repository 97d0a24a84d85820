"""Rules of payouts, which ask nobody: amounts, what is due, double claims, how payments move on,
and the files of mobile money."""
