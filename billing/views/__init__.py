"""Pages about what organizations bought."""
