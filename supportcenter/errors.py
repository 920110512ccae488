"""The one exception that an action raises when a rule says no."""


class RuleViolation(Exception):
    """A rule of the product refuses a change.

    ``code`` is stable and for programs and tests; ``message`` is shown to the person who tried, so it says
    what is wrong and what to do. ``field`` names the form field it belongs to, if any.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
