"""At most one message of a task and its ids is on its way, however long workers take to come to it.

The token of a message is a counter in the broker itself, so that whatever forgets the messages forgets
the tokens with them. Whoever asks counts it up; who finds it at one sends the message. The worker notes
the count as it begins: where somebody asked since, rows may have been saved that it did not read, and
the message leaves once more as it ends. Must not decide what work there is.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol

SENDING_SECONDS = 5  # a sender that dies between counting and sending holds a task up for so long
WAITING_SECONDS = 3600  # a message that nobody came to in an hour is sent a second time
RUNNING_SECONDS = 120  # of one run; a killed worker's message comes back long before
UNKNOWN = -1  # what `begin` would have answered, where the broker did not

# KEYS: the token, the queue's list, kombu's hash of what workers hold. A token while nothing is queued
# and nothing is held belongs to a message that somebody threw away (`celery purge`, say).
_ASK = """
local asked = redis.call('INCR', KEYS[1])
if asked > 1 and redis.call('LLEN', KEYS[2]) == 0 and redis.call('HLEN', KEYS[3]) == 0
    and redis.call('TTL', KEYS[1]) > tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], 1)
  asked = 1
end
if asked == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return asked
"""
_BEGIN = """
local asked = redis.call('GET', KEYS[1])
if asked then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return asked or 0
"""
_END = """
local begun, asked = tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0')
if begun == 0 then return 0 end
if begun > 0 and asked > begun then
  redis.call('SET', KEYS[1], 1, 'EX', ARGV[2])
  return 1
end
redis.call('DEL', KEYS[1])
return 0
"""


class Tokens(Protocol):
    """`name` is the task with its ids; `queue` where its messages wait."""

    def ask(self, name: str, queue: str) -> bool:
        """Count a wish; True: the caller sends the message, and calls `sent`."""

    def sent(self, name: str) -> None:
        """The message is in the queue."""

    def begin(self, name: str) -> int:
        """A worker begins with this task and ids: how often they were asked for; 0 where the token
        is gone, since this message came a second time and its first run has ended."""

    def end(self, name: str, begun: int) -> bool:
        """The worker has ended what it began when `begin` answered `begun`. Whether somebody asked for it
        since: then the caller sends the message again."""


class BrokerTokens:
    """In Redis beside the queues. Raises redis' errors."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def ask(self, name: str, queue: str) -> bool:
        keys = (_key(name), queue, "unacked")
        return bool(self._client.eval(_ASK, 3, *keys, SENDING_SECONDS, RUNNING_SECONDS) == 1)

    def sent(self, name: str) -> None:
        self._client.expire(_key(name), WAITING_SECONDS)

    def begin(self, name: str) -> int:
        return int(self._client.eval(_BEGIN, 1, _key(name), RUNNING_SECONDS))

    def end(self, name: str, begun: int) -> bool:
        return bool(self._client.eval(_END, 1, _key(name), begun, SENDING_SECONDS))


class ProcessTokens:
    """For the broker inside the one process that sends and works; gone with it, as its messages are."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()

    def ask(self, name: str, queue: str) -> bool:
        with self._lock:
            self._asked[name] = self._asked.get(name, 0) + 1
            return self._asked[name] == 1

    def sent(self, name: str) -> None:
        return

    def begin(self, name: str) -> int:
        with self._lock:
            return self._asked.get(name, 0)

    def end(self, name: str, begun: int) -> bool:
        with self._lock:
            if begun and self._asked.pop(name, 0) > begun > 0:
                self._asked[name] = 1
                return True
            return False

    def reset(self) -> None:
        with self._lock:
            self._asked.clear()


def name_of(task: str, args: tuple[str | int, ...]) -> str:
    return f"{task}:{','.join(str(part) for part in args)}"


def _key(name: str) -> str:
    return f"almconnect:in-flight:{name}"
