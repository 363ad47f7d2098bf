"""Two hundred flows at once: all of them are under way together, and none of what may not leave does."""

import asyncio

import httpx

from clients import http2_first
from crowd import Crowd
from origin import Reply
from tokens import aws_key_id

FLOWS = 200


def test_two_hundred_flows_wait_for_their_answers_together(via, world):
    world.origin.replies["/slow"] = Reply(200, body=b"at last", after_s=8)
    keys = [aws_key_id() if number % 10 == 0 else None for number in range(FLOWS)]

    async def run() -> list[httpx.Response]:
        trust = http2_first(via.ca)
        limits = httpx.Limits(max_connections=8)
        async with httpx.AsyncClient(
            proxy=via.proxy, verify=trust, http2=True, trust_env=False, timeout=60, limits=limits
        ) as client:
            bodies = [{"n": number, "note": key or "hello"} for number, key in enumerate(keys)]
            return await asyncio.gather(*(client.post(world.url("/slow"), json=body) for body in bodies))

    answers = asyncio.run(run())
    assert [answer.status_code for answer in answers] == [200 if key is None else 403 for key in keys]
    assert world.origin.log.most_waiting > FLOWS / 2
    assert not world.origin.log.holds(*(key for key in keys if key is not None))


def test_two_hundred_connections_at_once_are_served(via, world):
    crowd = Crowd(via, world, FLOWS)
    keys = [aws_key_id() for _ in range(FLOWS // 10)]

    async def run() -> list[int]:
        return await asyncio.gather(
            *(crowd.send(f"a key {key}") for key in keys), *(crowd.send("hello") for _ in range(FLOWS))
        )

    assert asyncio.run(run()) == [403] * len(keys) + [200] * FLOWS
    assert not world.origin.log.holds(*keys)
