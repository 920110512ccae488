"""Find the system's Chromium for the browser tests, or install it as root on Debian."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Find or install Chromium; return 1 after one line that says how to get it."""
    if find_chromium():
        return 0
    if os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        print("Installing Chromium with apt-get …", flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        update = ["apt-get", "update", "-qq"]
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        for argv in (update, install):
            subprocess.run(argv, check=False, env=environ, stdout=subprocess.DEVNULL)
        if find_chromium():
            return 0
    print("make: browser tests need Chromium: as root, apt-get install chromium", file=sys.stderr)
    return 1
