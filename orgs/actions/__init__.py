"""Actions: the only code that changes people and organizations."""
