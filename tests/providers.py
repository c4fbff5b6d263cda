"""An identity provider of the tests' own: a real HTTP server that publishes keys, or fails to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

from impl.core.signing import SigningKey
from tests.key_sets import published

type Answer = Callable[[BaseHTTPRequestHandler], None]


def answering(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer that is always the same."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers or {})).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@dataclass
class Provider:
    """A provider at a URL; `requests` counts what it was asked for, once it has answered."""

    url: str = ""
    answer: Answer = field(default_factory=lambda: answering(b"{}", 503))
    requests: int = 0
    answered: Condition = field(default_factory=Condition)

    def publish(self, *keys: SigningKey) -> None:
        """Answer with the public halves of keys from now on."""
        self.answer = answering(published(keys))

    def wait_for_requests(self, more: int) -> None:
        """Wait until so many more requests have been answered; those under way do not count."""
        with self.answered:
            enough = self.requests + more + 1
            assert self.answered.wait_for(lambda: self.requests >= enough, 30)


@contextmanager
def providing(keys: Iterable[SigningKey] = ()) -> Iterator[Provider]:
    """Run a provider of keys until the block ends."""
    provider = Provider()
    provider.publish(*keys)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer as the provider does at this moment."""
            try:
                provider.answer(self)
            finally:
                with provider.answered:
                    provider.requests += 1
                    provider.answered.notify_all()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        provider.url = f"http://127.0.0.1:{server.server_port}/jwks"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
