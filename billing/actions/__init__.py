"""The only writers of what organizations bought and what it costs."""
