"""Facts that this app publishes. Tier changes will be among them."""
