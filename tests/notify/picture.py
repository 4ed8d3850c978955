"""Draws the picture of an alert mail that the README shows: ``python -m tests.notify.picture FILE.png``.

Needs chromium; light at the desk, dark on the phone.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from listener.notify import render
from listener.notify.message import view
from tests.notify import samples

WIDTH, HEIGHT = 1030, 716
SCENE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 1030px; height: 716px; overflow: hidden; background: #dde2ea; }
iframe { border: 0; position: absolute; top: 30px; background: #f3f4f6; }
#desk { left: 30px; width: 580px; height: 656px; border-radius: 12px; }
#phone { left: 640px; width: 360px; height: 656px; border-radius: 26px; background: #101216; }
</style><iframe id="desk" src="light.html" scrolling="no"></iframe>
<iframe id="phone" src="dark.html" scrolling="no"></iframe>"""


def draw(target: Path, chromium: str) -> None:
    """Render the sample alert twice and photograph both."""
    html = render.html(view(samples.message(), private=False))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "light.html").write_text(html)
        (folder / "dark.html").write_text(html.replace("(prefers-color-scheme: dark)", "all"))
        (folder / "scene.html").write_text(SCENE)
        size = f"--window-size={WIDTH},{HEIGHT}"
        shot = f"--screenshot={target.resolve()}"
        scene = (folder / "scene.html").as_uri()
        command = [chromium, "--headless", "--no-sandbox", "--hide-scrollbars", size, shot, scene]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("no chromium on this machine")
    draw(Path(sys.argv[1]), found)
