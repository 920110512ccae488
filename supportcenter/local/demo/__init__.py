"""The demo data: people, organizations and their tickets."""
