"""Pages and fragments about mail."""
