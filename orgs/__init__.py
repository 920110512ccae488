"""People, organizations, their resources, and what each role can do."""
