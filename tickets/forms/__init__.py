"""Shapes of what people send about tickets."""
