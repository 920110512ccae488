"""Searching tickets by words and operators, with tolerance for typing errors, and showing what was found."""
