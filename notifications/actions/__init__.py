"""Everything that changes mails and mail settings."""
