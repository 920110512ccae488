"""The response clock of a ticket: what is owed, by when, and how that reads."""
