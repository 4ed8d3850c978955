"""Compressed bodies, opened in bounded pieces: what comes out is counted, never what went in.

gzip and deflate are asked for and accepted. The rest is not: nothing else is in every standard library, and each
coding more is a bomb more. Several codings on top of one another are refused for the same reason.
"""

import zlib
from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"

_PIECE = 1 << 16
_GZIP = zlib.MAX_WBITS | 16
_FOREIGN = frozenset(("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"))


class BodyError(Exception):
    """The body does not open: damaged, cut short, or in a coding that was not asked for."""


def decoded(coding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Open a body by its Content-Encoding, piece by piece; raises BodyError.

    Labels that name no coding (``none``, ``utf-8`` …) are servers' mistakes and mean a plain body.
    """
    names = [name.strip().lower() for name in coding.split(",")]
    names = [name for name in names if name in _FOREIGN or name in {"gzip", "x-gzip", "deflate"}]
    if len(names) > 1 or (names and names[0] in _FOREIGN):
        raise BodyError(f"the body is coded as {coding[:60]!r}, which was not asked for")
    if not names:
        yield from chunks
    elif names[0] == "deflate":
        yield from _inflated(chunks, gzip=False)
    else:
        yield from _inflated(chunks, gzip=True)


def _inflated(chunks: Iterable[bytes], *, gzip: bool) -> Iterator[bytes]:
    source = iter(chunks)
    first = b""
    while len(first) < 2:
        piece = next(source, None)
        if piece is None:
            break
        first += piece
    wbits = _wbits(first, gzip=gzip)
    if wbits is None:  # labelled as compressed, but plain
        yield first
        yield from source
        return
    inflater = _Inflater(wbits)
    yield from inflater.feed(first)
    for chunk in source:
        yield from inflater.feed(chunk)
    inflater.finish()


def _wbits(first: bytes, *, gzip: bool) -> int | None:
    if first[:2] == b"\x1f\x8b":
        return _GZIP
    if gzip or not first:
        return None
    is_zlib = len(first) > 1 and first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


class _Inflater:
    """One compressed stream, or several gzip members one after another."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._member = zlib.decompressobj(wbits)

    def feed(self, data: bytes) -> Iterator[bytes]:
        pending = False
        while data or pending:
            if self._member.eof:
                if self._wbits != _GZIP or not data.startswith(b"\x1f"):
                    return  # padding after the end
                self._member = zlib.decompressobj(self._wbits)
            piece = self._inflate(data)
            if piece:
                yield piece
            pending = len(piece) == _PIECE and not self._member.eof
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _inflate(self, data: bytes) -> bytes:
        try:
            return self._member.decompress(data, _PIECE)
        except zlib.error as error:
            raise BodyError(f"the compressed body is damaged: {error}") from error

    def finish(self) -> None:
        if not self._member.eof:
            raise BodyError("the compressed body is cut short")
