#!/usr/bin/env bash
# The chat as a whole process: how long from start to prompt, and what a streamed reply costs. `benches/chat.sh`;
# `docs/speed.md` has the numbers.
#
# PIPEWRIGHT names a program that is built already. Needs Python 3 on Linux: the chat runs in a terminal of Python's, against a
# server of Python's on loopback, and the kernel says how long it was on a processor.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${PIPEWRIGHT:-}" ] || cargo build --release --locked
python3 - "$(realpath "${PIPEWRIGHT:-target/release/pipewright}")" "$PWD/tests/fixtures/readme/bitbucket-pipelines.yml" <<'PYTHON'
"""Runs the chat many times and prints the least of each: the machine may be busy."""
import fcntl, glob, http.server, json, os, pty, shutil, struct, subprocess, sys, tempfile, termios, threading, time

program, file = sys.argv[1:]
PROMPT = b"\x1b[1;32m> "
PIECE = "word `code` and **more**\n```yaml\nimage: x # why\n```\n"


def chunks(size):
    """A reply of so many bytes, five characters a chunk, as a server streams it."""
    text = PIECE * (size // len(PIECE))
    for at in range(0, len(text), 5):
        delta = {"choices": [{"index": 0, "delta": {"content": text[at : at + 5]}, "finish_reason": None}]}
        head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        yield b"data: " + json.dumps(head | delta).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


class Server(http.server.BaseHTTPRequestHandler):
    """Answers a prompt `BYTES PAUSE` with that many bytes, so many seconds between chunks."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        size, pause = asked["messages"][-1]["content"].split()[:2]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for chunk in chunks(int(size)):
            self.wfile.write(chunk)
            if float(pause):
                time.sleep(float(pause))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()


def processor(process):
    """Milliseconds that the threads of a process were on a processor."""
    took = 0
    for path in glob.glob(f"/proc/{process}/task/*/schedstat"):
        with open(path) as line:
            took += int(line.read().split()[0])
    return took / 1e6


class Chat:
    """The chat in a terminal, in a folder of its own."""

    def __init__(self, with_file):
        self.folder = tempfile.mkdtemp()
        if with_file:
            shutil.copy(file, self.folder)
        base = f"http://127.0.0.1:{server.server_port}/v1"
        environment = {"HOME": self.folder, "TERM": "xterm-256color", "OPENAI_BASE_URL": base, "PIPEWRIGHT_MODEL": "m"}
        self.master, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.begun = time.perf_counter()
        self.child = subprocess.Popen(
            [program, "chat", "--repairs", "0"], cwd=self.folder, env=environment,
            stdin=side, stdout=side, stderr=side, start_new_session=True,
        )
        os.close(side)

    def prompt(self):
        """Reads to the next prompt; its milliseconds on the clock and of the processors since the start."""
        tail = b""
        while PROMPT not in tail:
            tail = tail[-64:] + os.read(self.master, 1 << 16)
        return (time.perf_counter() - self.begun) * 1e3, processor(self.child.pid)

    def ask(self, text):
        """What an answer takes of the processors."""
        before = processor(self.child.pid)
        os.write(self.master, text.encode() + b"\r")
        # The line is shown again as it is typed, prompt and all.
        time.sleep(0.05)
        os.read(self.master, 1 << 16)
        return self.prompt()[1] - before

    def end(self):
        os.write(self.master, b"\x04")
        self.child.wait()
        os.close(self.master)
        shutil.rmtree(self.folder)


def started(with_file):
    chat = Chat(with_file)
    took = chat.prompt()
    chat.end()
    return took


def piped(_):
    """A chat with nothing on standard input, to its end."""
    base = f"http://127.0.0.1:{server.server_port}/v1"
    begun = time.perf_counter()
    folder = tempfile.mkdtemp()
    child = subprocess.Popen(
        [program], cwd=folder, env={"HOME": folder, "OPENAI_BASE_URL": base, "PIPEWRIGHT_MODEL": "m"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    clock = (time.perf_counter() - begun) * 1e3
    shutil.rmtree(folder)
    return clock, (usage.ru_utime + usage.ru_stime) * 1e3


def answered(size, pause):
    chat = Chat(False)
    chat.prompt()
    took = chat.ask(f"{size} {pause}")
    chat.end()
    return took


print(f"{'start to prompt':44}{'clock':>11}{'processors':>14}")
for name, run, argument in [
    ("in a terminal, an empty folder", started, False),
    ("in a terminal, a file to check", started, True),
    ("nothing on standard input, to the end", piped, None),
]:
    times = [run(argument) for _ in range(40)]
    clock, cpu = (min(column) for column in zip(*times))
    print(f"{name:44}{clock:8.1f} ms{cpu:11.1f} ms")

print(f"\n{'a reply in chunks of five characters':44}{'processors':>11}{'a chunk':>14}")
for size, pause, turns in [(10_000, 0.001, 5), (1 << 18, 0, 3), (1 << 19, 0, 3), (1 << 20, 0, 3)]:
    took = min(answered(size, pause) for _ in range(turns))
    name = f"{size} bytes" + (f", {pause * 1e3:.0f} ms between them" if pause else ", as fast as they come")
    print(f"{name:44}{took:8.1f} ms{took / (size / 5) * 1e3:11.1f} µs")
PYTHON
