import pytest

from tickets.files.types import is_image, sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b'{"log": {}}', "text/plain"),
        ("grüße".encode(), "text/plain"),
        (b"x" * 4095 + "ü".encode()[:1], "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "text/plain"),
        (b"<html><script>", "text/plain"),
        (b"MZ\x90\0", "application/octet-stream"),
        (b"RIFF\x10\0\0\0WAVE", "application/octet-stream"),
        (b"", "application/octet-stream"),
        (b"\xff\xfe\x00", "application/octet-stream"),
    ],
)
def test_type_comes_from_the_content(head, media_type):
    assert sniff(head) == media_type


def test_only_harmless_images_are_images():
    assert is_image("image/png")
    assert not is_image("image/svg+xml")
    assert not is_image("text/plain")
