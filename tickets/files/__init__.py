"""Files on comments: what they are, told from their content."""
