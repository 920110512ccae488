"""Detect the type of a file by its first bytes, never by its name. Pure."""

# The images that every browser shows and that cannot run anything (SVG can).
IMAGES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
SNIFFED = 4096
UNKNOWN = "application/octet-stream"


def sniff(head: bytes) -> str:
    """The media type of a file by its first 4 kB, ``head``: an image, plain text, or unknown."""
    for media_type, signatures in IMAGES.items():
        if head.startswith(signatures):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain" if _is_text(head) else UNKNOWN


def is_image(media_type: str) -> bool:
    return media_type in IMAGES or media_type == "image/webp"


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two at the end
    return True
