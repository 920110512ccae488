"""The raw material of the demo world: people, organizations and the tickets they tell each other."""
