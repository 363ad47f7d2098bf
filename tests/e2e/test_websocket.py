"""WebSocket messages, both ways: passed, redacted, or the connection ends with 1008."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from clients import wait_until
from origin import Reply
from tokens import aws_key_id

REDACTS = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions]
secret = "redact"
[actions.inbound]
secret = "block"
"""
WAIT_S = 15


def talk(via, world, conversation: Callable[[ClientConnection], Awaitable[Any]], scheme: str = "wss") -> Any:
    """Hold a conversation over one WebSocket."""

    async def run() -> Any:
        if scheme == "ws":
            link = connect(f"ws://127.0.0.1:{world.origin.plain_port}/ws", proxy=via.proxy)
        else:
            trust = ssl.create_default_context(cafile=str(via.ca))
            link = connect("wss://shop.example/ws", proxy=via.proxy, ssl=trust)
        async with asyncio.timeout(WAIT_S), link as opened:
            return await conversation(opened)

    return asyncio.run(run())


async def closing(link: ClientConnection, *sent: object) -> tuple[int, str]:
    """Send messages, wait for the end, and return its code and reason."""
    with pytest.raises(ConnectionClosed) as closed:
        for message in sent:
            await link.send(message)
        while True:
            await link.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_ordinary_messages_pass_both_ways(scheme, via, world):
    sent = ["hello", "café \u2603", b"\x00\x01\xff" * 1000]

    async def conversation(link):
        heard = []
        for message in sent:
            await link.send(message)
            heard.append(await link.recv())
        return heard

    assert talk(via, world, conversation, scheme) == sent
    assert world.origin.log.messages == sent


@pytest.mark.parametrize("kind", ["text", "binary", "fragments"])
def test_a_secret_ends_the_connection_with_1008(kind, via, world):
    key = aws_key_id()
    sent = {"text": f"key {key}", "binary": f"key {key}".encode(), "fragments": ["key ", key[:9], key[9:]]}[kind]

    async def conversation(link):
        await link.send("before")
        assert await link.recv() == "before"
        return await closing(link, sent)

    code, reason = talk(via, world, conversation)
    assert code == 1008
    assert "secret_outbound" in reason
    assert key not in reason
    assert world.origin.log.messages == ["before"]
    assert not world.origin.log.holds(key)


def test_nothing_follows_a_blocked_message(via, world):
    code, _ = talk(via, world, lambda link: closing(link, f"key {aws_key_id()}", "marked after", "marked later"))
    assert code == 1008
    assert world.origin.log.messages == []


@pytest.mark.parametrize("width", [1, 2])
def test_a_secret_that_is_typed_key_by_key_does_not_arrive_whole(width, start, world):
    via, key = start().via, aws_key_id()
    strokes = [key[at : at + width] for at in range(0, len(key), width)]
    code, _ = talk(via, world, lambda link: closing(link, *strokes, "later"))
    assert code == 1008
    # The close may be heard before the origin has read what was let through.
    wait_until(lambda: world.origin.log.messages == strokes[:-1])


def test_a_message_is_redacted(start, world):
    via, key = start(policy=REDACTS).via, aws_key_id()

    async def conversation(link):
        await link.send(f"key {key} end")
        return await link.recv()

    answer = talk(via, world, conversation)
    assert world.origin.log.messages == [answer]
    assert answer.startswith("key [redacted:aws.access-key-id")
    assert answer.endswith(" end")


def test_what_a_server_says_is_judged_too(start, world):
    via, key = start(policy=REDACTS).via, aws_key_id()
    world.origin.replies["ws:tell me"] = Reply(body=f"it is {key}".encode())
    code, reason = talk(via, world, lambda link: closing(link, "tell me"))
    assert code == 1008
    assert "secret_inbound" in reason


def test_control_frames_carry_nothing_of_the_clients_choice(start, world):
    proxy, key = start(), aws_key_id()

    async def conversation(link):
        pongs = [await link.ping(key), await link.ping(), await link.ping(b"\x00\xff" + key.encode())]
        # Each future ends when a pong repeats its own payload.
        await asyncio.gather(*pongs)
        await link.pong(key)
        await link.send("hello")
        assert await link.recv() == "hello"
        await link.close(4001, f"bye {key}")

    talk(proxy.via, world, conversation)
    wait_until(lambda: world.origin.log.close_codes)
    assert world.origin.log.close_codes == [4001]
    assert len(world.origin.log.control) == 5
    assert not any(key.encode() in payload for payload in world.origin.log.control)
    assert key not in proxy.output()


def test_a_flood_of_pings_is_answered_and_bounded(via, world):
    async def conversation(link):
        for _ in range(20):
            await asyncio.gather(*[await link.ping(f"{number}") for number in range(30)])
        await link.send("still here")
        return await link.recv()

    assert talk(via, world, conversation) == "still here"
    assert len(world.origin.log.control) >= 600
