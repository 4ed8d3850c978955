"""Known secrets, driven through all that can fail: none is in a log, an error, the store, an alert or a message.

The other sides say back all that they are told (``mirror.py``), so that whatever is quoted of them would show.
"""

import base64
import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.notify.mailserver import Script, certificate
from tests.notify.mailserver import serving as mailing
from tests.notify.world import PASSWORD
from tests.reliability.custody import LIMIT, Custody, until
from tests.reliability.mirror import Mirror, mirror

FATES = (
    "feed", "json", "page", "gibberish", "coding", "damaged", "hangup", "no-http", "silent", "moved", "away", "nowhere",
    "disguise", "inside", "login", "400", "401", "403", "404", "407", "410", "429", "500", "503",
)  # fmt: skip
"""What becomes of a request for a private feed whose address is the secret."""

LOGINS = ("feed", "json", "gibberish", "hangup", "no-http", "moved", "away", "401")
"""And for one whose password is."""

BOTS = ("slack", "slack-error", "slack-stamp", "slack-hint", "404", "500", "hangup", "no-http", "silent", "away")
HOOKS = ("hook", "404", "500", "hangup", "no-http", "silent", "away")

READING = (
    ("status", "--json"), ("sources", "--json"), ("threads", "--json"), ("channels", "--json"),
    ("mentions", "--json", "-n", "1000"), ("mentions", "show", "1"), ("mentions", "show", "1", "--json"),
    ("alerts", "--json", "--all"), ("alerts", "show", "1"), ("alerts", "show", "1", "--json"),
    ("sql", "--json", "SELECT * FROM deliveries"), ("sql", "SELECT * FROM delivery_event"),
    ("sql", "--csv", "SELECT * FROM coverage"), ("sql", "SELECT secret"),
    ("check",), ("check", "--online", "--json"), ("db", "backup"), ("db", "check"),
)  # fmt: skip
"""Every command that shows what is kept."""

IN_THE_LOGIN = base64.b64encode(f"\0alerts\0{PASSWORD}".encode()).decode()
"""The password of the mail servers as it travels."""


@pytest.fixture
def custody(tmp_path: Path) -> Custody:
    """Give a place without sources or channels yet."""
    made = Custody(tmp_path / "place", tmp_path / "kept")
    made.folder.mkdir()
    made.elsewhere.mkdir()
    return made


@pytest.fixture
def site() -> Iterator[Mirror]:
    """Give the site that says back all it hears, and another one where some of its redirects lead."""
    with mirror() as made, mirror() as made.other:
        yield made


def feeds(custody: Custody, site: Mirror, *fates: str) -> None:
    """Configure a private feed for each fate, with secrets in its path and query."""
    for fate in fates:
        token, key = custody.token(f"{fate} path"), custody.token(f"{fate} query")
        custody.feed(f"{fate} by address", f"http://{site}/{fate}/{token}/feed.xml?format=rss&token={key}")


def logins(custody: Custody, site: Mirror, *fates: str) -> None:
    """Configure a private feed for each fate, with a password."""
    for fate in fates:
        password = custody.token(f"{fate} password")
        custody.feed(f"{fate} by password", f"http://reader:{password}@{site}/{fate}/board/feed.xml")


def bots(custody: Custody, site: Mirror, *fates: str) -> None:
    """Configure Slack with a token for each fate."""
    for fate in fates:
        token, api = custody.in_file(f"xoxb-{custody.token(f'bot {fate}')}"), f"http://{site}/{fate}/api/"
        custody.channel(f"bot {fate}", "slack", token=token, channel="C1", api_url=api, timeout=patience(fate))


def hooks(custody: Custody, site: Mirror, *fates: str) -> None:
    """Configure Slack with a webhook for each fate."""
    for fate in fates:
        hook = f"http://{site}/{fate}/services/T0/B0/{custody.token(f'hook {fate}')}"
        custody.channel(f"hook {fate}", "slack", webhook=custody.as_credential(hook), timeout=patience(fate))


def patience(fate: str) -> str:
    """Wait for an answer that comes, however busy this machine is, and not for one that does not."""
    return "1 s" if fate == "silent" else "20 s"


@pytest.fixture
def mails(tmp_path: Path, custody: Custody) -> Iterator[dict[str, Script]]:
    """Configure mail servers that quote the password, or are not to be trusted with it."""
    said = f"you said {PASSWORD}, AUTH PLAIN {IN_THE_LOGIN}"
    scripts = {
        "login": Script(auth=f"535 5.7.8 {said}"),
        "long": Script(auth=f"535 5.7.8 {'-' * 180}{PASSWORD}"),
        "later": Script(auth=f"454 4.7.0 {said}"),
        "text": Script(data=f"554 5.6.0 {said}"),
        "one": Script(rcpt={"b@example.com": [f"550 5.1.1 {said}"]}),
        "all": Script(rcpt={f"{who}@example.com": [f"450 4.2.0 {said}"] for who in "ab"}),
        "stranger": Script(),
        "good": Script(),
    }
    custody.tokens["mail password"] = PASSWORD
    trusted = certificate(tmp_path, "127.0.0.1")
    with ExitStack() as servers:
        for name, script in scripts.items():
            server = trusted if name != "stranger" else certificate(tmp_path, "localhost")
            port = servers.enter_context(mailing(script, server, auth=True))
            custody.channel(
                f"mail {name}", "mail", host="127.0.0.1", port=port, username="alerts", ca_file=str(trusted),
                password=custody.in_environment(PASSWORD), sender="l@example.com", timeout="20 s",
                to=["a@example.com", "b@example.com"],
            )  # fmt: skip
        yield scripts


def test_whatever_fails_no_secret_is_told(custody: Custody, site: Mirror, mails: dict[str, Script]) -> None:
    """Feeds, bots, webhooks and mail servers of every temper, in one full turn, and every command after it."""
    feeds(custody, site, *FATES)
    logins(custody, site, *LOGINS)
    bots(custody, site, *BOTS)
    hooks(custody, site, *HOOKS)
    custody.channel("log", "log", path="told.jsonl")
    custody.write()
    assert custody.listener("run", "--until-idle", "--alert-history", "--json", "--log-json") == 0
    for name in custody.channels:
        custody.command("channels", "test", name)
    for command in READING:
        custody.command(*command)

    assert site.other
    custody.heard |= {f"mail {name}": b"\n".join(map(_plain, script.mails())) for name, script in mails.items()}
    custody.heard["the other site"] = "\n".join(site.other.requests).encode()
    assert_nobody_was_spared(custody, site, mails)
    assert custody.leaks() == [], "\n".join(custody.leaks())


def assert_nobody_was_spared(custody: Custody, site: Mirror, mails: dict[str, Script]) -> None:
    """See that all secrets were sent where they belong, that all was said back, and that all channels were tried."""
    assert unsent(custody, site) == {"mail password"}
    assert {name for name, script in mails.items() if not script.users} == {"stranger"}
    assert site.other
    assert site.other.requests
    struck_out = "SELECT count(*) > 10 AS many FROM post WHERE text LIKE '%[secret]%'"
    assert custody.rows(struck_out) == [{"many": 1}]
    tried = "SELECT count(DISTINCT channel) AS n FROM delivery WHERE attempts > 0"
    assert custody.rows(tried) == [{"n": len(custody.channels)}]


def unsent(custody: Custody, site: Mirror) -> set[str]:
    """Name the secrets that were never sent to the site: of them nothing is shown."""
    said = "\n".join(site.requests)
    logins = {token: base64.b64encode(f"reader:{token}".encode()).decode() for token in custody.tokens.values()}
    return {name for name, token in custody.tokens.items() if token not in said and logins[token] not in said}


def _plain(mail: EmailMessage) -> bytes:
    """Give a mail with its texts decoded."""
    texts = (part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    return "\n".join((mail.as_string(), *texts)).encode()


RUN = ("run", "--alert-history")

BAD = """
[[channel]]
name = "pager"
type = "slack"
token = "xoxb-{}"
[[source]]
name = "more"
connector = "rss"
urls = ["http://reader:{}@example.com/"]
"""


def test_a_daemon_takes_its_secrets_to_its_grave(custody: Custody, site: Mirror, mails: dict[str, Script]) -> None:
    """It shows nothing of what a bad configuration holds, nor, when it dies, of what it had in hand.

    That is neither a secret nor what people wrote; and nobody is left a core dump.
    """
    feeds(custody, site, "feed", "401", "silent")
    logins(custody, site, "feed", "401")
    bots(custody, site, "500", "silent")
    hooks(custody, site, "404")
    custody.heartbeat(f"http://{site}/disguise/{custody.token('heartbeat')}/ping?key={custody.token('heartbeat key')}")
    custody.config += '[[source]]\nname = "posts"\nconnector = "jsonl"\npath = "posts.jsonl"\n'
    posts = custody.folder / "posts.jsonl"
    write(posts, "acme broke")
    custody.write()
    daemon = custody.start(*RUN)
    try:
        tried = "SELECT count(*) AS n FROM delivery WHERE attempts > 0"
        until("all deliveries", lambda: custody.rows(tried) == [{"n": len(custody.channels)}], daemon)
        until("the heartbeat", lambda: "the heartbeat did not arrive" in custody.said(" ".join(RUN)), daemon)
        limits = Path(f"/proc/{daemon.pid}/limits").read_text()
        assert next(line.split()[4:6] for line in limits.splitlines() if "core file" in line) == ["0", "0"]
        custody.write(BAD.format(custody.token("literal token"), custody.token("literal password")))
        daemon.send_signal(signal.SIGHUP)
        until("the refusal", lambda: "the old one stays" in custody.said(" ".join(RUN)), daemon)
        custody.write()
        with closing(sqlite3.connect(custody.folder / "var" / "mentions.db", timeout=10)) as database:
            database.execute("ALTER TABLE mention RENAME TO astray")
        write(posts, f"acme told me {custody.token('what people write')}")
        assert daemon.wait(LIMIT) == 1
    finally:
        daemon.kill()
        daemon.wait()
    posts.unlink()
    assert "a loop died" in custody.said(" ".join(RUN))
    assert custody.leaks() == [], "\n".join(custody.leaks())


def write(posts: Path, text: str) -> None:
    """Append a post of now."""
    at = datetime.now(UTC).isoformat()
    with posts.open("a") as file:
        file.write(json.dumps({"native_id": text, "text": text, "created_at": at}) + "\n")


PROXIES = (
    "http://office:{0}/{1}@127.0.0.1:3128",
    "http://office:{0}[{1}@127.0.0.1:3128",
    "http://office:{0}\u2100{1}@127.0.0.1:3128",
    "http://office:{0}@127.0.0.1:{1}",
    "socks5://office:{0}{1}@127.0.0.1:1080",
    "https://office:{0}{1}@",
)


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_that_cannot_be_used_is_not_shown(custody: Custody, proxy: str) -> None:
    """Nor is the part of its password that a parser takes for something else."""
    custody.environ["https_proxy"] = proxy.format(custody.token("first half"), custody.token("second half"))
    custody.feed("board", "http://93.184.216.34/feed")
    custody.write()
    custody.command("run", "--until-idle")
    custody.command("check", "--online")
    assert all(b"https_proxy is not a proxy that can be used" in said for said in custody.heard.values())
    assert custody.leaks() == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_says_back_its_credentials(custody: Custody, site: Mirror, scheme: str) -> None:
    """Its refusal is told in our words; what it answers in the site's stead is no more than an answer."""
    password = custody.token("proxy password")
    custody.environ[f"{scheme}_proxy"] = f"http://office:{password}@{site}"
    custody.feed("board", f"{scheme}://93.184.216.34/{custody.token('path')}/feed.xml?token={custody.token('query')}")
    custody.write()
    custody.command("run", "--until-idle")
    custody.command("check", "--online", "--json")
    assert base64.b64encode(f"office:{password}".encode()).decode() in "\n".join(site.requests)
    assert [row["error"] for row in custody.rows("SELECT error FROM sources")] != [""]
    assert custody.leaks() == []


MISTAKES = {
    "itself": 'password = "{0}"',
    "itself twice": 'password = "{0}"\npassword = "{0}"',
    "without quotes": "password = {0}",
    "with one quote": 'password = "{0}',
    "in a list": 'password = ["{0}"]',
    "in a table": 'password = {{ value = "{0}" }}',
    "in a table below": '[channel.password]\nvalue = "{0}"\nenv = "A"',
    "in a list of a reference": 'password = {{ env = ["{0}"] }}',
    "as a variable": 'password = {{ env = "{0}!" }}',
    "as a credential": 'password = {{ credential = "../{0}" }}',
    "under a wrong name": 'pasword = "{0}"',
    "beside others": 'password = "{0}"\nport = "{0}"\nhost = "user:{0}@mail"',
    "in an address": '[[source]]\nname = "x"\nconnector = "rss"\nurls = ["https://me:{0}@example.com/"]',
    "in a query": '[[source]]\nname = "x"\nconnector = "rss"\nurls = ["https://example.com/?access_token={0}"]',
    "in a contact": '[net]\ncontact = "https://me:{0}@example.com/"\nallow = ["https://me:{0}@example.com/"]',
    "in the store": '[store]\nurl = "postgresql://me:{0}@example.com/"',
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_configuration_is_told_without_its_secrets(custody: Custody, mistake: str) -> None:
    """Every command that reads it says what is wrong, and where, and not with what."""
    written = MISTAKES[mistake].format(custody.token("secret"))
    head = custody.config.partition("[[brand]]")[0] if written.startswith("[") else custody.config
    tables = "" if written.startswith(("[net]", "[store]")) else head
    mail = (
        '[[channel]]\nname = "mail"\ntype = "mail"\nsender = "a@example.com"\nto = ["a@example.com"]\nhost = "mail"\n'
    )
    path = custody.folder.parent / "config.toml"
    path.write_text(f"{tables}{mail if tables else ''}{written}\n")
    for command in (["check"], ["check", "--json"], ["rematch"], ["run", "--until-idle"], ["channels"]):
        custody.command(*command, config=path)
    assert all(b"config.toml:" in said for said in custody.heard.values())
    assert custody.leaks() == []


def test_the_search_finds_what_it_looks_for(custody: Custody) -> None:
    """Whole, cut, in other capitals, coded, in any file and in all that was heard: or the tests above prove nothing."""
    token = custody.token("one")
    custody.token("another")
    coded = base64.b64encode(f"user:{token}".encode()).decode()
    for number, text in enumerate((token, token[:-2], token.upper(), f"…{token[-12:]}", coded, quote(token))):
        (custody.folder / f"file-{number}").write_text(f"so {text} it says")
    custody.heard["somebody"] = token.encode()
    assert sorted(custody.leaks()) == [*(f"one in file-{number}" for number in range(6)), "one in somebody"]
