"""What the benchmarks feed in: recorded texts and feeds, and posts made of the texts."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

BRANDS = ("Amazon", "Apple", "Google", "Microsoft", "Netflix", "Sony", "Nike", "Samsung", "Ford", "Starbucks")
"""Names that people write of, as an ordinary configuration listens for them."""


def texts(data: Path, number: int) -> list[str]:
    """Return so many recorded texts; they come again where there are fewer."""
    with (data / "semeval17_sentiment" / "train.jsonl").open(encoding="utf-8") as lines:
        recorded = [json.loads(line)["text"] for line in islice(lines, number)]
    return list(islice(cycle(recorded), number))


def write_posts(file: Path, said: Iterable[str]) -> None:
    """Append posts of this moment to a file of JSON Lines; each author writes a few of them."""
    at = datetime.now(UTC).isoformat()
    with file.open("a", encoding="utf-8") as out:
        for number, text in enumerate(said):
            post = {
                "native_id": f"post-{number}",
                "url": f"https://forum.example/t/{number}",
                "text": text,
                "author": f"author-{number % 4999}",
                "created_at": at,
            }
            out.write(json.dumps(post) + "\n")


def feeds(fixtures: Path) -> list[Path]:
    """Return the recorded feeds that feedparser knows; it reads no JSON Feed."""
    folder = fixtures / "feeds" / "real"
    return sorted(path for path in folder.iterdir() if path.suffix != ".json")


def brands(names: Iterable[str] = BRANDS) -> str:
    """Write the blocks of a configuration that listens for these words."""
    return "".join(_brand(name) for name in names)


def _brand(name: str) -> str:
    return f'[[brand]]\nname = "{name}"\nquery = "{name.lower()}"\n'


POSTS = """
[[source]]
name = "posts"
connector = "jsonl"
path = "posts.jsonl"
"""
"""The block of a configuration that reads what ``write_posts`` wrote."""


def listening(urls: Iterable[str], spacing: str = "0 s") -> str:
    """Write the blocks of a configuration that polls feeds on loopback."""
    listed = ", ".join(f'"{url}"' for url in urls)
    return f"""
[net]
allow = ["127.0.0.1/32"]
spacing = "{spacing}"
[[source]]
name = "feeds"
connector = "rss"
urls = [{listed}]
"""


def mailing(port: int, per: str) -> str:
    """Write the blocks of a configuration that mails every mention, and no second of the same ``per``."""
    return f"""
[[channel]]
name = "mail"
type = "mail"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "listener@example.com"
to = ["team@example.com"]
[[rule]]
name = "every"
type = "mention"
channels = ["mail"]
per = "{per}"
cooldown = "0 s"
"""


def addresses(base: str, files: Iterable[Path]) -> Iterator[str]:
    """Say where files of a served folder are read."""
    return (f"{base}/{path.name}" for path in files)
