"""URLs, pure: whose site one belongs to, one spelling for one page, and what of it may be shown."""

import ipaddress
import re
from functools import cache, lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import idna
from publicsuffixlist import PublicSuffixList

MAX_URL = 4096
"""Longer ones are not followed, stored or compared."""

_PORTS = {"http": "80", "https": "443"}
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_ABSOLUTE = re.compile(r"https?://[a-zA-Z0-9.-]+(?:/[!-\"$-:<->@-~]*)?(?:\?[!-\"$-~]+)?(?:#[!-~]+)?")
"""What there is nothing to resolve in nor to mend: most of what feeds hold."""


def split(url: str) -> SplitResult | None:
    """Take an absolute http(s) URL apart; None for whatever is not one."""
    url = url.strip()
    if len(url) > MAX_URL or not url[:4].lower().startswith("http") or _UNPRINTABLE.search(url):
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if valid and not _UNSAFE.search(parts.netloc) else None


def absolute(url: str, base: str = "") -> str:
    """Resolve ``url`` against ``base``; empty unless the outcome is an http(s) URL."""
    if not url or len(url) > MAX_URL:
        return ""
    if _ABSOLUTE.fullmatch(url):
        return url
    try:
        joined = urljoin(base, re.sub(r"[\r\n\t]", "", url.strip())).replace(" ", "%20")
    except ValueError:
        return ""
    return joined if split(joined) else ""


def host(url: str) -> str:
    """Name the host of a URL or bare ``host[:port]``: lower case, ASCII, no port; empty if there is none."""
    text = url.strip().translate(_DOTS)
    try:
        name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return _ascii(name.rstrip("."))


def _ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return name.lower()


@cache
def suffixes() -> PublicSuffixList:
    """The public suffix list, read when it is first asked."""
    return PublicSuffixList()


@lru_cache(maxsize=16_384)
def registrable(url: str) -> str:
    """Name the site a URL or host belongs to: the domain somebody registered, else the host or address.

    Tenants of a shared host are sites of their own (``foo.github.io``), as the public suffix list has them.
    """
    name = host(url)
    if not name or is_address(name):
        return name
    return str(suffixes().privatesuffix(name) or name)


def is_address(name: str) -> bool:
    """Say whether a host is an IP address written as one."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


# ---- what may be shown -------------------------------------------------------------------------------------


def redact(url: str) -> str:
    """Show a URL without its user, password, fragment and query values."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(unreadable URL)"
    query = "&".join(_without_value(pair) for pair in parts.query.split("&")) if parts.query else ""
    return urlunsplit((parts.scheme, place, parts.path, query, ""))


def _without_value(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=…" if equals else "…"


# ---- one spelling for one page -----------------------------------------------------------------------------

_TRACKERS = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh epik s_kwcid
    mc_cid mc_eid _hsenc _hsmi hsctatracking mkt_tok vero_id vero_conv oly_enc_id oly_anon_id wickedid ref_src
    ref_url cmpid cmp ncid ocid icid sr_share smid smtyp soc_src soc_trk spm scm wt_mc wt.mc_id xtor ito _ga _gl
    guccounter guce_referrer guce_referrer_sig __twitter_impression _branch_match_id rb_clickid trk trkcampaign
    amp outputtype share_id
    """.split()  # noqa: SIM905 - sixty quoted names read worse
)
_TRACKER_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "at_", "hsa_", "ns_", "__hs", "stm_", "itm_")
_SITE_TRACKERS = dict.fromkeys(("youtube.com", "youtu.be", "spotify.com"), frozenset(("si", "feature", "pp")))

_WRAPPERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "google": ("/url", ("q", "url")),
    "l.facebook.com": ("/l.php", ("u",)),
    "lm.facebook.com": ("/l.php", ("u",)),
    "www.facebook.com": ("/l.php", ("u",)),
    "l.instagram.com": ("/", ("u",)),
    "l.messenger.com": ("/l.php", ("u",)),
    "l.threads.com": ("/", ("u",)),
    "t.umblr.com": ("/redirect", ("z",)),
    "href.li": ("/", ("",)),
    "out.reddit.com": ("", ("url",)),
    "www.youtube.com": ("/redirect", ("q",)),
    "www.linkedin.com": ("/redir", ("url",)),
    "slack-redir.net": ("/link", ("url",)),
    "steamcommunity.com": ("/linkfilter", ("url", "u")),
    "vk.com": ("/away.php", ("to",)),
    "away.vk.com": ("/away.php", ("to",)),
    "duckduckgo.com": ("/l/", ("uddg",)),
    "exit.sc": ("/", ("url",)),
    "safelinks.protection.outlook.com": ("/", ("url",)),
}
_GOOGLE = re.compile(r"(?:www\.)?google\.(?:[a-z]{2,3}|co\.[a-z]{2}|com\.[a-z]{2})\Z")
_MOBILE = ("www.", "m.", "mobile.", "touch.", "amp.")
_AMP_KIND = re.compile(r"\A/[a-z](?:/[a-z])??/(?=s/|[^/]+\.)")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_AMP_PATH = re.compile(r"(?:/amp(?:\.html)?|\.amp(?:\.html)?)/?\Z", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def canonical(url: str) -> str:
    """Spell one page one way, to compare by and never to fetch; what is no http(s) URL comes back stripped."""
    url = url.strip()
    parts = split(url)
    for _ in range(3):
        inner = _unwrap(url, parts) if parts else ""
        if not inner:
            break
        url, parts = inner, split(inner)
    return _spell(parts) if parts else url


def _unwrap(url: str, parts: SplitResult) -> str:
    """Give the address inside a redirecting, AMP-caching or click-counting one; empty if it is none."""
    name = _host_in(parts.netloc)
    return _from_cache(name, url, parts) or _from_query(name, parts)


@lru_cache(maxsize=16_384)
def _host_in(netloc: str) -> str:
    return host(netloc.rpartition("@")[2])


def _from_cache(name: str, url: str, parts: SplitResult) -> str:
    if _GOOGLE.match(name) and parts.path.startswith("/amp/"):
        return _amp_target(parts.path.removeprefix("/amp/"))
    if name.endswith(".cdn.ampproject.org"):
        return _amp_target(_AMP_KIND.sub("", parts.path))
    if name == "urldefense.com" and (found := re.search(r"/v3/__(.+?)__;", url)):
        return absolute(re.sub(r"\A(https?):/(?!/)", r"\1://", found[1]))
    return ""


def _from_query(name: str, parts: SplitResult) -> str:
    name = "google" if _GOOGLE.match(name) else name
    path, names = _WRAPPERS.get(name) or _WRAPPERS.get(name.partition(".")[2]) or ("", ())
    if not names or not parts.path.startswith(path):
        return ""
    query = dict(parse_qsl(parts.query)) if names != ("",) else {"": unquote(parts.query)}
    return next((found for each in names if (found := absolute(query.get(each, "")))), "")


def _amp_target(path: str) -> str:
    secure, rest = path.startswith("s/"), path.removeprefix("s/")
    return absolute(f"{'https' if secure else 'http'}://{rest}") if "." in rest.partition("/")[0] else ""


def _spell(parts: SplitResult) -> str:
    name = _desktop(_host_in(parts.netloc))
    port = str(parts.port) if parts.port and str(parts.port) not in _PORTS.values() else ""
    place = f"[{name}]" if ":" in name else name
    path = _AMP_PATH.sub("", _encoded(parts.path)).rstrip("/") or "/"
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    query = _query(parts.query, _SITE_TRACKERS.get(registrable(name), frozenset()))
    return urlunsplit(("https", f"{place}:{port}" if port else place, path, query, fragment))


def _desktop(name: str) -> str:
    site = registrable(name)
    if name == site or not name.endswith(f".{site}"):
        return name
    labels = f"{name.removesuffix(site)}"
    for prefix in _MOBILE:
        labels = labels.removeprefix(prefix)
    return labels.replace(".m.", ".") + site


def _encoded(path: str) -> str:
    """Escape what must be escaped and nothing else, whatever was escaped before."""
    return quote(_ESCAPE.sub(_plain_if_harmless, path), safe="/:@!$&'()*+,;=~%-._")


def _plain_if_harmless(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    harmless = character.isascii() and (character.isalnum() or character in "-._~")
    return character if harmless else escape[0].upper()


def _query(query: str, trackers: frozenset[str]) -> str:
    pairs = parse_qsl(query, keep_blank_values=True) if query else []
    return urlencode(sorted(pair for pair in pairs if not _is_tracker(pair[0].lower(), trackers)))


def _is_tracker(name: str, trackers: frozenset[str]) -> bool:
    return name in _TRACKERS or name in trackers or name.startswith(_TRACKER_PREFIXES)
