"""Who: people, organizations, what they own, and what each role may do."""
