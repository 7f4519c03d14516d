"""What is still to be fetched and what came, in Redis, for one crawl by many workers. Never fetches, reads or archives.

A task is queued, leased to one worker, or handed in; each step is one script, so that it happens whole or not at all.
Politeness holds over all workers: a host with a delay is leased to one worker at a time and rests for its delay after it.
Pages go to the one writer through a stream with a consumer group: a page leaves the stream when the writer has acknowledged it.
A lease that runs out goes back to the queue; what two workers hand in for one task is told apart by the writer.

Keys, all below the name of the installation: run (hash), task (id -> JSON), at:HOST (list of ids), host (host -> delay), ready
(hosts by the instant they may be asked), busy (host -> id), lease (ids by the instant they run out), owner (id -> worker),
seen (set), asked (source -> count), pages (stream), writer (token).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, ConnectionError, TimeoutError

from errors import BadStore, Refused
from scale.settings import Shared

AWAY = (ConnectionError, TimeoutError, BusyLoadingError)
GROUP = "writer"
HOLD = 15_000  # milliseconds that a writer which says nothing stays the writer

BEGIN = """
for _, key in ipairs(redis.call('keys', ARGV[1] .. ':at:*')) do redis.call('del', key) end
for _, part in ipairs({'task', 'host', 'ready', 'busy', 'lease', 'owner', 'seen', 'asked', 'pages', 'run'}) do redis.call('del', ARGV[1] .. ':' .. part) end
for i = 2, #ARGV, 2 do redis.call('hset', ARGV[1] .. ':run', ARGV[i], ARGV[i + 1]) end
redis.call('xgroup', 'create', ARGV[1] .. ':pages', 'writer', '0', 'mkstream')
"""
PUSH = """
local name, mark, id, host, source, task, delay = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
if redis.call('sadd', name .. ':seen', mark) == 0 then return 0 end
redis.call('hset', name .. ':task', id, task)
redis.call('rpush', name .. ':at:' .. host, id)
redis.call('hset', name .. ':host', host, delay)
redis.call('hincrby', name .. ':asked', source, 1)
if redis.call('hexists', name .. ':busy', host) == 0 then redis.call('zadd', name .. ':ready', 'nx', 0, host) end
return 1
"""
CLOCK = """
local function now() local t = redis.call('time'); return t[1] + t[2] / 1000000 end
local function free(name, id, host, rest)
  if redis.call('hget', name .. ':busy', host) == id then redis.call('hdel', name .. ':busy', host) end
  if redis.call('hexists', name .. ':busy', host) == 1 then return end
  if redis.call('llen', name .. ':at:' .. host) > 0 then redis.call('zadd', name .. ':ready', 'gt', now() + rest, host)
  elseif rest > 0 then redis.call('zadd', name .. ':ready', 'gt', now() + rest, host) end
end
"""
TAKE = (
    CLOCK
    + """
local name, worker, version, lease, backlog = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local runs = redis.call('hget', name .. ':run', 'version')
if not runs or redis.call('hget', name .. ':run', 'over') then return {'over'} end
if runs ~= version then return {'version', runs} end
for _, id in ipairs(redis.call('zrangebyscore', name .. ':lease', '-inf', now(), 'limit', 0, 20)) do
  redis.call('zrem', name .. ':lease', id); redis.call('hdel', name .. ':owner', id)
  local task = redis.call('hget', name .. ':task', id)
  if task then
    local host = cjson.decode(task)['host']
    redis.call('lpush', name .. ':at:' .. host, id); free(name, id, host, 0)
  end
end
if redis.call('xlen', name .. ':pages') >= backlog then return {'wait'} end
while true do
  local host = redis.call('zrangebyscore', name .. ':ready', '-inf', now(), 'limit', 0, 1)[1]
  if not host then return {'wait'} end
  local id = redis.call('lpop', name .. ':at:' .. host)
  if not id then redis.call('zrem', name .. ':ready', host)
  else
    if tonumber(redis.call('hget', name .. ':host', host)) > 0 then
      redis.call('zrem', name .. ':ready', host); redis.call('hset', name .. ':busy', host, id)
    end
    redis.call('zadd', name .. ':lease', now() + lease, id); redis.call('hset', name .. ':owner', id, worker)
    return {'task', id, redis.call('hget', name .. ':task', id)}
  end
end
"""
)
RENEW = (
    CLOCK
    + """
for i = 4, #ARGV do
  if redis.call('hget', ARGV[1] .. ':owner', ARGV[i]) == ARGV[2] then redis.call('zadd', ARGV[1] .. ':lease', now() + tonumber(ARGV[3]), ARGV[i]) end
end
"""
)
HAND = (
    CLOCK
    + """
local name, worker, id, host, delay, note, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7]
redis.call('xadd', name .. ':pages', '*', 'note', note, 'body', body)
if redis.call('hget', name .. ':owner', id) ~= worker then return 0 end
redis.call('zrem', name .. ':lease', id); redis.call('hdel', name .. ':owner', id); redis.call('hdel', name .. ':task', id)
delay = math.max(delay, tonumber(redis.call('hget', name .. ':host', host) or '0'))
redis.call('hset', name .. ':host', host, delay)
free(name, id, host, delay)
return 1
"""
)
HOLD_ON = """
local held = redis.call('get', ARGV[1] .. ':writer')
if held and held ~= ARGV[2] then return held end
redis.call('set', ARGV[1] .. ':writer', ARGV[2], 'px', ARGV[3])
return ''
"""
LET_GO = "if redis.call('get', ARGV[1] .. ':writer') == ARGV[2] then redis.call('del', ARGV[1] .. ':writer') end"
LEFT = "return redis.call('hlen', ARGV[1] .. ':task') + redis.call('xlen', ARGV[1] .. ':pages')"


class Frontier:
    """One end of the frontier. ``who`` names the process at this end (host:process)."""

    def __init__(self, settings: Shared, who: str, version: str) -> None:
        self.settings, self.who, self.version = settings, who, version
        self.redis = Redis.from_url(
            settings.redis, socket_timeout=20.0, socket_connect_timeout=5.0, health_check_interval=30
        )

    def key(self, part: str) -> str:
        return f"{self.settings.name}:{part}"

    async def call(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """What Redis answers; while it is away it is asked again. Every question here may be asked twice.

        Raises BadStore "redis-away" after the patience of the settings.
        """
        left, pause = self.settings.patience, 0.1
        while True:
            try:
                return await ask()
            except AWAY as error:
                if left <= 0:
                    raise BadStore(f"Redis at {_place(self.settings.redis)} is away: {error}", "redis-away") from error
                await asyncio.sleep(pause)
                left, pause = left - pause, min(2.0, pause * 2)

    async def script(self, text: str, *values: Any) -> Any:
        return await self.call(lambda: self.redis.eval(text, 0, self.settings.name, *values))

    # the writer's end ---------------------------------------------------------------------------------------------
    async def begin(self, facts: dict[str, str]) -> None:
        """A crawl begins: what an earlier one left is forgotten."""
        await self.script(BEGIN, *[part for pair in facts.items() for part in pair], "version", self.version)

    async def facts(self) -> dict[str, str]:
        """What the writer said of the crawl that runs; empty if none ever did."""
        found = await self.call(lambda: self.redis.hgetall(self.key("run")))
        return {name.decode(): value.decode() for name, value in found.items()}

    async def take_over(self) -> None:
        """The crawl goes on under this code."""
        await self.call(lambda: self.redis.hset(self.key("run"), "version", self.version))

    async def end(self) -> None:
        await self.call(lambda: self.redis.hset(self.key("run"), "over", "1"))

    async def asked(self) -> dict[str, int]:
        """Pages asked for by source."""
        found = await self.call(lambda: self.redis.hgetall(self.key("asked")))
        return {name.decode(): int(value) for name, value in found.items()}

    async def push(self, mark: str, task: dict[str, Any], delay: float) -> bool:
        """Queue a task unless one of this ``mark`` was queued before."""
        text = json.dumps(task, ensure_ascii=False)
        return bool(await self.script(PUSH, mark, task["id"], task["host"], task["source"], text, delay))

    async def left(self) -> int:
        """Tasks not handed in and pages not acknowledged."""
        return int(await self.script(LEFT))

    async def pages(self, count: int, again: bool) -> list[tuple[bytes, dict[bytes, bytes]]]:
        """The next pages for the writer; ``again``: those an earlier writer took and did not acknowledge."""
        if again:
            found = await self.call(lambda: self.redis.xautoclaim(self.key("pages"), GROUP, self.who, 0, "0-0", count))
            return list(found[1])
        found = await self.call(lambda: self.redis.xreadgroup(GROUP, self.who, {self.key("pages"): ">"}, count, 300))
        return list(found[0][1]) if found else []

    async def done(self, message: bytes) -> None:
        """The writer has archived and saved a page, and queued what it links to."""

        async def both() -> None:
            await self.redis.xack(self.key("pages"), GROUP, message)
            await self.redis.xdel(self.key("pages"), message)

        await self.call(both)

    async def hold(self) -> None:
        """Be the one writer for HOLD more milliseconds. Raises BadStore "busy", naming the other one."""
        other = (await self.script(HOLD_ON, self.who, HOLD)).decode()
        if other:
            raise BadStore(f"another writer is at work on this frontier ({other})", "busy")

    async def let_go(self) -> None:
        """One that was taken over lets go of nothing: the frontier is another's by now."""
        await self.script(LET_GO, self.who)

    # a worker's end -----------------------------------------------------------------------------------------------
    async def take(self) -> tuple[str, dict[str, Any]]:
        """("task", task), ("wait", {}) or ("over", {}). Raises Refused "code-version" where the writer runs other code."""
        found = await self.script(TAKE, self.who, self.version, self.settings.lease, self.settings.backlog)
        word = found[0].decode()
        if word == "version":
            raise Refused(
                f"worker {self.who} has code {self.version}, the crawl at {_place(self.settings.redis)} runs {found[1].decode()}: "
                "bring both to one version", "code-version",
            )  # fmt: skip
        return word, json.loads(found[2]) if word == "task" else {}

    async def renew(self, ids: list[str]) -> None:
        if ids:
            await self.script(RENEW, self.who, self.settings.lease, *ids)

    async def hand(self, task: dict[str, Any], note: dict[str, Any], body: bytes, delay: float) -> None:
        """Give what came of a task to the writer, and the host back to the queue."""
        text = json.dumps(note | {"task": task, "version": self.version, "worker": self.who}, ensure_ascii=False)
        await self.script(HAND, self.who, task["id"], task["host"], delay, text, body)

    async def close(self) -> None:
        await self.redis.aclose()


def _place(url: str) -> str:
    """An address without its password."""
    return url.rsplit("@", 1)[-1]
