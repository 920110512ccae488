"""The only writers of people and organizations."""
