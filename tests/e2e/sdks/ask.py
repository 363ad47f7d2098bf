"""Asks a model through the vendor's Python SDK: `ask.py VENDOR plain|stream PROMPT`; prints one line of JSON."""

import json
import sys

import anthropic
import openai

KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


def with_openai(streams: bool, messages: list) -> str:
    client = openai.OpenAI()
    asked = {"model": "gpt-test", "messages": messages}
    if not streams:
        return client.chat.completions.create(**asked).choices[0].message.content
    events = client.chat.completions.create(**asked, stream=True)
    return "".join(event.choices[0].delta.content or "" for event in events)


def with_anthropic(streams: bool, messages: list) -> str:
    client = anthropic.Anthropic()
    asked = {"model": "claude-test", "max_tokens": 100, "messages": messages}
    if not streams:
        return client.messages.create(**asked).content[0].text
    with client.messages.stream(**asked) as events:
        return "".join(events.text_stream)


def main(vendor: str, how: str, prompt: str) -> None:
    ask = {"openai": with_openai, "anthropic": with_anthropic}[vendor]
    try:
        said = {"text": ask(how == "stream", [{"role": "user", "content": prompt}])}
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        said = {"refused": error.status_code, "why": error.message, "type": type(error).__name__}
    print(json.dumps(said))


main(*sys.argv[1:])
