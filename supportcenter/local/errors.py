"""Why a start failed, in one line."""


class StartError(Exception):
    """The start cannot continue; the message is one line that includes how to fix it."""
