"""What keeps a start from happening, told in one line."""


class StartError(Exception):
    """The start cannot go on; the message is one line with the remedy."""
