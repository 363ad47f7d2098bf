"""The vendors' own SDKs work through the proxy unchanged: plain and streamed, redacted and refused."""

import json

import pytest

import vendors
from tokens import aws_key_id
from vendors import ANSWER, PROGRAMS, VENDORS

pytestmark = pytest.mark.full

STRICT = """
[egress]
private = ["127.0.0.1", "localhost"]
[actions.model_api]
secret = "block"
"""


def ask(program: str, vendor: str, how: str, prompt: str, via, world) -> dict:
    """Ask through the proxy."""
    if not vendors.is_installed(program):
        pytest.skip("not installed: the SDKs; make test-full does it")
    return vendors.ask(program, vendor, how, prompt, via, world.origin)


@pytest.mark.parametrize("how", ["plain", "stream"])
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_sdk_gets_its_answer(program, vendor, how, via, world):
    assert ask(program, vendor, how, "How was the weather?", via, world) == {"text": ANSWER}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_secret_in_a_prompt_is_cut_out_and_the_work_goes_on(program, vendor, via, world):
    key = aws_key_id()
    assert ask(program, vendor, "plain", f"My key is {key}, what does it open?", via, world) == {"text": ANSWER}
    (asked,) = world.origin.log.requests
    assert key.encode() not in asked.body
    said = json.loads(asked.body)["messages"][0]["content"]
    assert "[redacted:aws.access-key-id" in json.dumps(said)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_refusal_reaches_the_program_once_and_says_why(program, vendor, start, world):
    via = start(policy=STRICT).via
    said = ask(program, vendor, "stream", f"My key is {aws_key_id()}", via, world)
    assert said["refused"] == 403
    assert said["type"] == "PermissionDeniedError"
    assert "secret_outbound" in said["why"]
    assert world.origin.log.requests == []
