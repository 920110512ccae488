"""How figures are counted, read, cut and shown."""
