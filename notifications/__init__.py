"""Who hears of what, and how the mail gets there."""
