"""Who is notified about what, and how the mail gets there."""
