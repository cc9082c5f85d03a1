"""Reads an answer's body within bounds: so many bytes, before and after decompression.

A small compressed body can hold gigabytes, so decompression stops at the bound, not after it.
It must not interpret the body.

Source: none; there is no rule about Jira here.
"""

import http.client
import zlib
from collections.abc import Iterator
from typing import IO

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ProtocolError

from outgoing.errors import ConnectionDropped, TooLarge, Truncated

_CHUNK = 65_536


def read_body(answer: BaseHTTPResponse, most: int) -> bytes:
    """The body of an answer, decompressed, `most` bytes at most before and after that.

    Raises TooLarge, Truncated, ConnectionDropped; urllib3's HTTPError passes.
    """
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return _read_raw(answer, most)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ConnectionDropped(
            "The answer is compressed in a way that was not asked for. Check the proxy on the way."
        )
    return _inflate(_read_raw(answer, most), most, raw_deflate=encoding == "deflate")


def write_body(answer: BaseHTTPResponse, most: int, sink: IO[bytes]) -> None:
    """The body of an answer that is not compressed, written to `sink`, `most` bytes at most.

    Raises TooLarge, Truncated, ConnectionDropped; urllib3's HTTPError passes.
    """
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        raise ConnectionDropped(
            "The answer is compressed, which was not asked for. Check the proxy on the way."
        )
    for part in _parts(answer, most):
        sink.write(part)


def _read_raw(answer: BaseHTTPResponse, most: int) -> bytes:
    return b"".join(_parts(answer, most))


def _parts(answer: BaseHTTPResponse, most: int) -> Iterator[bytes]:
    length = answer.length_remaining
    if length is not None and length > most:
        raise _too_large(most)
    size = 0
    try:
        # As it came: urllib3's decoders take a compressed body's end for granted.
        while part := answer.read(_CHUNK, decode_content=False):
            size += len(part)
            if size > most:
                raise _too_large(most)
            yield part
    except ProtocolError as error:
        if any(isinstance(part, http.client.IncompleteRead) for part in error.args):
            raise _truncated() from error
        raise
    framed = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
    if not size and not framed and answer.status not in (204, 304):
        # Ended amid the headers, which the standard library takes for their end.
        raise _truncated()


def _inflate(raw: bytes, most: int, *, raw_deflate: bool) -> bytes:
    if not raw:
        return b""
    # 47 reads both gzip and zlib headers; some servers send deflate without one.
    inflater = zlib.decompressobj(47)
    try:
        body = inflater.decompress(raw, most + 1)
    except zlib.error as error:
        if not raw_deflate:
            raise _truncated() from error
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            body = inflater.decompress(raw, most + 1)
        except zlib.error as again:
            raise _truncated() from again
    if len(body) > most:
        raise _too_large(most)
    if not inflater.eof:
        raise _truncated()
    return body


def _truncated() -> Truncated:
    return Truncated(
        "The answer ended before it was complete. Try again; if it stays so, look at the proxy on "
        "the way."
    )


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"The answer is larger than {most // 1000:,} kB, the most that is accepted. "
        "Ask for less at once."
    )
