"""The scanner in this process: the `scangate` wheel."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from scangate_addon.judgement import Edited, Judgement, NoVerdict, Policy, Streamed, failure_of, is_in_name
from scangate_addon.message import Connect, Message, Request, Response, WebSocket, scan_ms
from scangate_addon.policy import parse_policy

if TYPE_CHECKING:
    from scangate import Answer, Scanner, Stream

# Scanning so many bytes of JSON takes as long as handing the work to a thread and back (53 and 56 µs measured).
ON_LOOP_BYTES = 64 * 1024


class InProcess:
    """Asks the wheel: small messages at once, large ones in a thread, where it runs without the GIL."""

    def __init__(self, scanner: "Scanner", timeout_ms: int, session: str) -> None:
        self._scanner = scanner
        self._timeout_ms = timeout_ms
        self._session = session
        # Scans that share a core take longer together than one after the other may.
        self._workers = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "scangate")

    async def policy(self) -> Policy:
        """Return the policy that the wheel was given."""
        return parse_policy(self._scanner.policy())

    async def scan(self, message: Message) -> Judgement:
        """Return the wheel's verdict."""
        if isinstance(message, Connect) or message.body is None or len(message.body) <= ON_LOOP_BYTES:
            return self._judge(message)
        return await asyncio.get_running_loop().run_in_executor(self._workers, self._judge, message)

    def _judge(self, message: Message) -> Judgement:
        from scangate import ScanError

        try:
            answer = self._ask(message)
        except ScanError as error:
            raise NoVerdict(failure_of(error.code), f"the scanner gave none: {error.code}") from error
        return judgement(answer, message)

    def _ask(self, message: Message) -> "Answer":
        match message:
            case Request():
                return self._request(message)
            case Response():
                return self._response(message)
            case WebSocket():
                return self._websocket(message)
            case Connect():
                return self._scanner.scan_connect(
                    host=message.host,
                    port=message.port,
                    sni=message.sni,
                    peer=message.peer,
                    session=self._session,
                    deadline_ms=scan_ms(message, self._timeout_ms),
                )

    def _request(self, message: Request) -> "Answer":
        return self._scanner.scan_request(
            method=message.method,
            url=message.url,
            version=message.version,
            headers=message.headers,
            body=message.body,
            trailers=message.trailers,
            connect=_tunnel(message.connect),
            session=self._session,
            flow=message.flow,
            deadline_ms=scan_ms(message, self._timeout_ms),
        )

    def _response(self, message: Response) -> "Answer":
        return self._scanner.scan_response(
            status=message.status,
            reason=message.reason,
            request_method=message.request_method,
            request_url=message.request_url,
            version=message.version,
            headers=message.headers,
            body=message.body,
            trailers=message.trailers,
            connect=_tunnel(message.connect),
            session=self._session,
            flow=message.flow,
            deadline_ms=scan_ms(message, self._timeout_ms),
        )

    def _websocket(self, message: WebSocket) -> "Answer":
        return self._scanner.scan_websocket(
            url=message.url,
            from_client=message.from_client,
            text=message.text,
            body=message.body,
            connect=_tunnel(message.connect),
            session=self._session,
            flow=message.flow,
            deadline_ms=scan_ms(message, self._timeout_ms),
        )

    def stream(self, head: Message) -> Streamed | None:
        """Return the verdict on a head, and what scans its body chunk by chunk."""
        from scangate import ScanError

        try:
            stream = self._open(head)
        except ScanError as error:
            raise NoVerdict(failure_of(error.code), f"the scanner gave none: {error.code}") from error
        return Streamed(judgement(stream.head, head), stream)

    def _open(self, head: Message) -> "Stream":
        if isinstance(head, Request):
            return self._scanner.stream_request(
                method=head.method,
                url=head.url,
                version=head.version,
                headers=head.headers,
                connect=_tunnel(head.connect),
                session=self._session,
                flow=head.flow,
            )
        if isinstance(head, Response):
            return self._scanner.stream_response(
                status=head.status,
                reason=head.reason,
                request_method=head.request_method,
                request_url=head.request_url,
                version=head.version,
                headers=head.headers,
                connect=_tunnel(head.connect),
                session=self._session,
                flow=head.flow,
            )
        raise NoVerdict("error", "only requests and responses flow")

    def close(self) -> None:
        """Begin no scan any more."""
        self._workers.shutdown(wait=False, cancel_futures=True)


def judgement(answer: "Answer", message: Message) -> Judgement:
    """Return the verdict of an answer; findings are asked for only where there are any."""
    if not answer.finding_count:
        return Judgement(answer.verdict, answer.reason_code, answer.scan_id)
    rules, in_name = tuple(answer.rule_ids()), is_in_name(message, answer.places())
    return Judgement(answer.verdict, answer.reason_code, answer.scan_id, rules, _edited(answer), in_name)


def _edited(answer: "Answer") -> Edited | None:
    edited = answer.edited
    if edited is None:
        return None
    headers = None if edited.headers is None else tuple(edited.headers)
    trailers = None if edited.trailers is None else tuple(edited.trailers)
    return Edited(edited.url, headers, edited.body, trailers)


def _tunnel(connect: Connect) -> tuple[str, int, str | None, str | None]:
    return (connect.host, connect.port, connect.sni, connect.peer)
