"""One body of each kind, of about the size asked for."""

import base64
import html
import json
import random
import re
import string
from typing import Any

from sources import Sources

JSONValue = Any


def chat(chance: random.Random, sources: Sources, size: int) -> str:
    """Return a request to a model API, in one of two vendors' shapes."""
    shape = chance.choice((openai, anthropic))
    request = shape(chance, sources, max(400, size - 700))
    return json.dumps(request, ensure_ascii=chance.random() < 0.3, separators=chance.choice(((",", ":"), (", ", ": "))))


def openai(chance: random.Random, sources: Sources, size: int) -> JSONValue:
    messages: list[JSONValue] = [{"role": "system", "content": text(chance, sources, size // 8)}]
    for piece in pieces(chance, sources, size * 7 // 8):
        call = "call_" + word(chance, 24)
        arguments = json.dumps({"path": path(chance), "limit": chance.randrange(2000)})
        tool = {"id": call, "type": "function", "function": {"name": "read_file", "arguments": arguments}}
        if chance.random() < 0.4:
            messages.append({"role": "assistant", "content": None, "tool_calls": [tool]})
            messages.append({"role": "tool", "tool_call_id": call, "content": piece})
        else:
            messages.append({"role": chance.choice(("user", "assistant")), "content": piece})
    return {
        "model": "gpt-5-mini",
        "messages": messages,
        "temperature": 0.2,
        "stream": True,
        "max_completion_tokens": 4096,
    }


def anthropic(chance: random.Random, sources: Sources, size: int) -> JSONValue:
    system = [{"type": "text", "text": text(chance, sources, size // 8), "cache_control": {"type": "ephemeral"}}]
    messages: list[JSONValue] = []
    for piece in pieces(chance, sources, size * 7 // 8):
        call = "toolu_01" + word(chance, 22)
        if chance.random() < 0.4:
            use = {"type": "tool_use", "id": call, "name": "bash", "input": {"command": f"cat {path(chance)}"}}
            result = {"type": "tool_result", "tool_use_id": call, "content": piece}
            messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
        else:
            messages.append(
                {"role": chance.choice(("user", "assistant")), "content": [{"type": "text", "text": piece}]}
            )
    return {"model": "claude-sonnet-4-5", "max_tokens": 8192, "system": system, "messages": messages, "stream": True}


def page(chance: random.Random, sources: Sources, size: int) -> str:
    """Return a page made of a document's paragraphs."""
    title = path(chance)
    head = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    head += f'<link rel="stylesheet" href="/static/{word(chance, 8)}.css?v={chance.randrange(10**6)}"></head>\n<body>'
    parts = [head]
    room = size - len(head)
    while room > 0:
        for paragraph in prose(chance, sources, max(400, room)).split("\n\n"):
            parts.append(block(chance, paragraph))
            room -= len(parts[-1])
            if room <= 0:
                break
    return "\n".join(parts) + "\n</body></html>\n"


def block(chance: random.Random, paragraph: str) -> str:
    inner = html.escape(paragraph.strip("# \n"))
    inner = re.sub(r"(https?://[^\s)&gt;]+)", r'<a href="\1" rel="nofollow">\1</a>', inner)
    inner = re.sub(r"`([^`\n]+)`", r'<code class="inline">\1</code>', inner)
    if paragraph.startswith("#"):
        return f'<h2 id="section-{chance.randrange(1000)}">{inner}</h2>'
    if paragraph.startswith(("    ", "```")):
        return f'<pre class="highlight"><code data-lang="rust">{inner}</code></pre>'
    return f'<p class="mb-4 text-gray-700" data-id="{chance.randrange(10**6)}">{inner}</p>'


def log(chance: random.Random, _sources: Sources, size: int) -> str:
    """Return lines of a few programs' logs."""
    make = chance.choice((access_line, journal_line, json_line, service_line))
    return lines_of(lambda: make(chance), size)


def access_line(chance: random.Random) -> str:
    client = ".".join(str(chance.randrange(256)) for _ in range(4))
    moment = f"{chance.randrange(1, 29):02}/Nov/2025:{clock(chance)} +0000"
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
    return f'{client} - - [{moment}] "GET /{path(chance)} HTTP/1.1" 200 {chance.randrange(10**5)} "-" "{agent}"'


def journal_line(chance: random.Random) -> str:
    unit = chance.choice(("systemd[1]", f"kernel: [{chance.random() * 10**5:.6f}]", f"sshd[{chance.randrange(99999)}]"))
    said = chance.choice(
        (
            f"Started Session {chance.randrange(9999)} of user root.",
            "Connection closed by peer",
            "clocksource: Switched",
        )
    )
    return f"Nov {chance.randrange(1, 29):2} {clock(chance)} host-{chance.randrange(99)} {unit}: {said}"


def json_line(chance: random.Random) -> str:
    entry: dict[str, JSONValue] = {
        "ts": day(chance),
        "level": chance.choice(("info", "warn", "error")),
        "msg": "request done",
        "path": "/" + path(chance),
    }
    entry |= {
        "trace_id": hexadecimal(chance, 32),
        "span_id": hexadecimal(chance, 16),
        "ms": round(chance.random() * 900, 3),
    }
    return json.dumps(entry)


def service_line(chance: random.Random) -> str:
    return f"{day(chance)} INFO worker::queue: finished job={uuid(chance)} attempts={chance.randrange(5)} took={chance.random():.4f}s"


def image(chance: random.Random, _sources: Sources, size: int) -> str:
    """Return a request that shows a model a picture."""
    pixels = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + chance.randbytes(max(200, (size - 300) * 3 // 4))
    url = "data:image/png;base64," + base64.b64encode(pixels).decode()
    content = [
        {"type": "text", "text": "What does this picture show?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    return json.dumps({"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]})


def listing(chance: random.Random, _sources: Sources, size: int) -> str:
    """Return what an API lists: ids, numbers, dates, vectors."""
    make = chance.choice((order, event, vector))
    made: list[JSONValue] = []
    room = size
    while room > 0:
        made.append(make(chance))
        room -= len(json.dumps(made[-1]))
    return json.dumps({"object": "list", "data": made, "has_more": False}, separators=(",", ":"))


def order(chance: random.Random) -> JSONValue:
    return {
        "id": uuid(chance),
        "created_at": day(chance),
        "total": chance.randrange(10**6) / 100,
        "currency": "EUR",
        "items": chance.randrange(9),
        "customer": {"id": chance.randrange(10**9), "name": word(chance, 8).title()},
    }


def event(chance: random.Random) -> JSONValue:
    return {
        "sha": hexadecimal(chance, 40),
        "at": chance.randrange(1_500_000_000, 1_800_000_000),
        "kind": chance.choice(("push", "fork")),
        "repo": path(chance),
        "size": chance.randrange(10**7),
    }


def vector(chance: random.Random) -> JSONValue:
    return {"index": chance.randrange(1000), "embedding": [round(chance.uniform(-1, 1), 9) for _ in range(64)]}


def script(chance: random.Random, sources: Sources, size: int) -> str:
    """Return a stretch of a minified script."""
    return stretch(chance, sources.scripts, size)


def lock(chance: random.Random, sources: Sources, size: int) -> str:
    """Return a stretch of a lock file."""
    return stretch(chance, sources.locks, size)


def pieces(chance: random.Random, sources: Sources, size: int) -> list[str]:
    """Return texts of together about `size` bytes as they stand in JSON."""
    made = []
    while size > 40:
        made.append(text(chance, sources, min(size, int(200 * 60 ** chance.random()))))
        size -= len(json.dumps(made[-1])) + 60
    return made


def text(chance: random.Random, sources: Sources, size: int) -> str:
    kind = chance.choices((sources.prose, sources.code, sources.commits), (5, 4, 1))[0]
    return stretch(chance, kind, size)


def prose(chance: random.Random, sources: Sources, size: int) -> str:
    return stretch(chance, sources.prose, size)


def stretch(chance: random.Random, texts: list[str], size: int) -> str:
    """Return `size` characters from some place, going on with other texts where one ends."""
    made = ""
    while len(made) < size:
        chosen = chance.choice(texts)
        start = chance.randrange(max(1, len(chosen) - size))
        made += chosen[start : start + size - len(made)]
    return made


def lines_of(make: Any, size: int) -> str:
    lines = []
    while size > 0:
        lines.append(make())
        size -= len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


def word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits, k=length))


def hexadecimal(chance: random.Random, length: int) -> str:
    return f"{chance.getrandbits(4 * length):0{length}x}"


def uuid(chance: random.Random) -> str:
    digits = hexadecimal(chance, 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def path(chance: random.Random) -> str:
    names = (
        "src",
        "lib",
        "tests",
        "docs",
        "api",
        "v1",
        "items",
        "index",
        "main",
        "users",
        "config",
        "static",
        "assets",
    )
    return "/".join(chance.choice(names) for _ in range(chance.randrange(1, 5))) + chance.choice(
        (".rs", ".py", ".md", "", ".json")
    )


def day(chance: random.Random) -> str:
    return (
        f"2025-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T{clock(chance)}.{chance.randrange(1000):03}Z"
    )


def clock(chance: random.Random) -> str:
    return f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
