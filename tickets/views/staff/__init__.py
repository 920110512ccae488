"""Pages that set up the desk: agents read them, who manages the desk changes things."""
