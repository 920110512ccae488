"""What an organization bought: support tiers, their targets and hours, billing groups."""
