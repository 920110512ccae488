"""The only writers of tickets. Each locks, checks, changes, records and publishes in one transaction."""
