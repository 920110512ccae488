"""Changes to the settings."""
