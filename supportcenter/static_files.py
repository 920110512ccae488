"""Static files as they are served in production: compressed, and with their hash in the name."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hash the imports in our scripts too, so that each module is loaded once and cached for good."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", [(r"""(?P<matched>from "(?P<url>\./[^"]+)";)""", 'from "%(url)s";')]),
    )
