"""A web server on asyncio that hands jobs to a pool of processes, and reports whatever goes wrong in any of them.

    python server.py            serve on 127.0.0.1:8000
    python server.py raise      serve one request of this kind, as the tests do

A request names the job: /ok, /raise, /crash, /exit, /handler, /stuck. All the reporting is in the lines that mention
wer.
"""

import asyncio
import concurrent.futures
import os
import sys
import time

import wer

PATIENCE = 5.0  # seconds that the event loop may stand still


def filed(report: wer.service.Filed) -> None:
    """Tell operations; here they read the console."""
    print(f"reported: {report.event_type} from {report.source}: {report.result}", flush=True)


@wer.reporting("Shop.Job")
def job(kind: str) -> str:
    """What a worker does."""
    if kind == "raise":
        raise RuntimeError("the job has failed")
    if kind == "crash":
        import ctypes

        ctypes.c_int.from_address(16).value  # noqa: B018 - nothing is there
    if kind == "exit":
        os._exit(3)
    return f"done by {os.getpid()}"


class Server:
    """Answers one request a connection."""

    def __init__(self, service: wer.service.Service) -> None:
        self._service = service
        self._pool = concurrent.futures.ProcessPoolExecutor(2, initializer=service.in_worker)

    @wer.reporting("Shop.Request")
    async def answer(self, kind: str) -> str:
        if kind == "handler":
            raise ValueError("the handler has failed")
        if kind == "stuck":
            time.sleep(2 * PATIENCE)  # what should have been awaited: nothing else is served meanwhile
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, job, kind)
        except concurrent.futures.process.BrokenProcessPool:
            # The pool does not say why; its processes do, and their reports were filed by themselves, if at all.
            codes = [process.exitcode for process in self._pool._processes.values()]
            print("a worker died:", *(wer.explain(code) for code in codes if code), sep="\n  ", flush=True)
            self._pool = concurrent.futures.ProcessPoolExecutor(2, initializer=self._service.in_worker)
            raise

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = (await reader.readline()).decode("ascii", "replace").split()
        kind = words[1].strip("/") if len(words) > 1 else "ok"
        try:
            status, text = "200 OK", await self.answer(kind)
        except Exception as error:
            status, text = "500 Internal Server Error", type(error).__name__
        writer.write(f"HTTP/1.0 {status}\r\n\r\n{text}\n".encode())
        await writer.drain()
        writer.close()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


async def request(port: int, kind: str) -> str:
    """A client, for trying it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /{kind} HTTP/1.0\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer.split("\r\n")[0] + ": " + answer.split("\n")[-2]


async def main(service: wer.service.Service, watchdog: wer.Watchdog, kind: str) -> None:
    watchdog.watch_loop(asyncio.get_running_loop())
    server = Server(service)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0 if kind else 8000)
    if not kind:
        await listening.serve_forever()
    print(await request(listening.sockets[0].getsockname()[1], kind), flush=True)
    listening.close()
    server.close()


if __name__ == "__main__":
    with (
        wer.enable("Shop", version="4.2.1", consent=wer.Consent.NOT_ASKED, on_report=filed) as enabled,
        wer.Watchdog(PATIENCE, "Shop", version="4.2.1", event="Shop.Stuck") as dog,
    ):
        asyncio.run(main(enabled, dog, sys.argv[1] if len(sys.argv) > 1 else ""))
