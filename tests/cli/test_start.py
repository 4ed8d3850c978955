"""What commands load before they do anything: heavy libraries stay out of light commands."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "onnxruntime", "tokenizers", "sqlalchemy", "alembic", "feedparser", "py3langid")


def loaded(code: str) -> set[str]:
    """Run code in a new interpreter and return the modules that it loaded."""
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import listener.cli.commands",
        "import listener.config, listener.app.world, listener.store.console",
        'from listener.cli.query import answer; answer(\'{"id": 1, "query": "a", "text": "a"}\')',
    ],
    ids=["help", "sql", "query"],
)
def test_light_commands_load_nothing_heavy(code: str) -> None:
    """--help, sql and query test start at once."""
    assert not loaded(code) & set(HEAVY)


def test_who_only_judges_loads_neither_store_nor_network() -> None:
    """`listener assess` waits for the judge alone."""
    found = loaded("import listener.cli.commands\nfrom listener.app.judging import default_judge\ndefault_judge()")
    assert "onnxruntime" in found
    assert not found & {"torch", "transformers", "sqlalchemy", "httpx2", "feedparser"}


def test_the_daemon_loads_neither_torch_nor_transformers() -> None:
    """On its default path, the judge opened."""
    found = loaded(
        "import listener.daemon, listener.cli.run\nfrom listener.app.judging import default_judge\ndefault_judge()"
    )
    assert "onnxruntime" in found
    assert not found & {"torch", "transformers", "alembic", "praw", "tweepy"}
