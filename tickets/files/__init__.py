"""Files on comments."""
