"""Reports: how figures are counted, read, grouped and shown."""
