"""What the vendors' APIs answer, and the vendors' own SDKs that ask."""

import json
import os
import random
import string
import subprocess
from pathlib import Path

from clients import Via
from origin import Origin, Reply
from processes import ROOT

SDKS = Path(__file__).parent / "sdks"
PROGRAMS = {
    "python": [str(ROOT / ".scangate/sdks/bin/python"), str(SDKS / "ask.py")],
    "node": ["node", str(SDKS / "ask.mjs")],
}
VENDORS = ["openai", "anthropic"]
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
ANSWER = "The weather in the garden was fine today."


def event(data: dict, name: str | None = None) -> str:
    """One server-sent event."""
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"


def openai_reply(streams: bool) -> bytes:
    """A completion of a chat."""
    whole = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "gpt-test"}
    if not streams:
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}
        return json.dumps(whole | {"choices": [choice]}).encode()
    whole["object"] = "chat.completion.chunk"
    deltas = [{"content": word} for word in ANSWER.split(sep=" ")]
    deltas = [{"content": delta["content"] + " "} for delta in deltas[:-1]] + deltas[-1:]
    events = [event(whole | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    return "".join([*events, "data: [DONE]\n\n"]).encode()


def anthropic_reply(streams: bool) -> bytes:
    """A message."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "stop_sequence": None}
    if not streams:
        text = [{"type": "text", "text": ANSWER}]
        return json.dumps(whole | {"content": text, "stop_reason": "end_turn", "usage": usage}).encode()
    words = [word + " " for word in ANSWER.split()[:-1]] + ANSWER.split()[-1:]
    start = whole | {"content": [], "stop_reason": None, "usage": usage}
    parts = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *[{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": one}} for one in words],
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
    return "".join(event(part, part["type"]) for part in parts).encode()


REPLIES = {"openai": openai_reply, "anthropic": anthropic_reply}


def key_of(vendor: str) -> str:
    """A key of the vendor's form that opens nothing."""
    letters = "".join(random.choices(string.ascii_letters + string.digits, k=93))
    if vendor == "anthropic":
        return f"sk-ant-api03-{letters}AA"
    return f"sk-proj-{letters[:74]}T3BlbkFJ{letters[19:]}"


def is_installed(program: str) -> bool:
    """Whether the SDKs of a language are there; `make test-full` installs them."""
    return (ROOT / ".scangate/sdks").exists() and (program != "node" or (SDKS / "node_modules").exists())


def ask(program: str, vendor: str, how: str, prompt: str, via: Via, origin: Origin) -> dict:
    """Ask through the proxy, with a fresh key of the vendor's form; what the SDK said.

    Raises:
        CalledProcessError: the program failed.
    """
    content_type = b"text/event-stream" if how == "stream" else b"application/json"
    reply = Reply(headers=[(b"content-type", content_type)], body=REPLIES[vendor](how == "stream"))
    origin.replies[PATHS[vendor]] = reply
    trust = {name: str(via.ca) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")}
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), via.proxy)
    env = {"PATH": os.environ["PATH"], f"{vendor.upper()}_API_KEY": key_of(vendor)} | trust | proxies
    command = [*PROGRAMS[program], vendor, how, prompt]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=90, check=True)
    said: dict = json.loads(done.stdout)
    return said
