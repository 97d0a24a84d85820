"""Pure decisions about names, ages, consent and postings."""
