"""Compressed bodies: opened right, bounded, and refused where they are not what they say."""

import gzip
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.net.decode import BodyError, decoded

TEXT = b"<rss>" + bytes(range(256)) * 40 + b"</rss>"


def _raw_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(data) + squeezer.flush()


def _chunked(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("none", TEXT),
        ("utf-8", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("gzip, identity", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0"),
        ("gzip", TEXT),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", _raw_deflate(TEXT)),
        ("deflate", gzip.compress(TEXT)),
    ],
)
def test_opens(coding: str, body: bytes, size: int) -> None:
    """Every honest coding, and the usual mistakes, however the body is cut into chunks."""
    assert b"".join(decoded(coding, _chunked(body, size))) == TEXT


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", TEXT),
        ("zstd", TEXT),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
        ("gzip, br", TEXT),
        ("gzip", gzip.compress(TEXT)[:-20]),
        ("gzip", b"\x1f\x8b" + b"\xff" * 50),
        ("deflate", zlib.compress(TEXT)[:-20]),
    ],
)
def test_refuses(coding: str, body: bytes) -> None:
    """What was not asked for, is damaged, or is cut short, is never half a body."""
    with pytest.raises(BodyError):
        list(decoded(coding, [body]))


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_comes_out_in_small_pieces(coding: str) -> None:
    """A small body that would fill the memory is opened no further than one looks."""
    zeros = bytes(50_000_000)
    bomb = gzip.compress(zeros) if coding == "gzip" else zlib.compress(zeros)
    del zeros
    tracemalloc.start()
    pieces = decoded(coding, [bomb])
    seen = sum(len(next(pieces)) for _ in range(10))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0 < seen <= 10 * 65_536
    assert peak < 2_000_000


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "identity"]))
def test_any_bytes_end_in_a_body_or_a_body_error(data: bytes, coding: str) -> None:
    """No other error comes out, whatever went in."""
    with suppress(BodyError):
        assert isinstance(b"".join(decoded(coding, [data])), bytes)
