"""The terminal the tests drive programs in, with small real programs in it."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

_RAW = "import os, sys, time, tty; tty.setraw(0)\ndef out(s): os.write(1, s.encode())\n"


def _python(program: str, folder: Path, columns: int = 40, rows: int = 10) -> Terminal:
    """A terminal with a program of Python text in it."""
    return Terminal([sys.executable, "-c", program], {"HOME": str(folder)}, folder, columns, rows)


def test_the_program_leads_a_session_with_the_terminal_as_its_own(tmp_path: Path) -> None:
    program = (
        "import os; f = os.open('/dev/tty', os.O_RDWR); os.write(f, b'tty\\n')\n"
        "print(os.getsid(0) == os.getpid() == os.tcgetpgrp(0), os.getcwd(), os.get_terminal_size())"
    )
    with _python(program, tmp_path, columns=200) as terminal:
        assert terminal.wait_exit().code == 0
        assert terminal.lines[:2] == ["tty", f"True {tmp_path} os.terminal_size(columns=200, lines=10)"]
        assert terminal.restored() == []


def test_keys_reach_the_program_and_what_it_writes_is_timed(tmp_path: Path) -> None:
    with _python("print('ready')\nwhile True: print('got', input())", tmp_path) as terminal:
        assert terminal.wait_for("ready") > terminal.started
        pressed = terminal.send("grüße\r")
        seen = terminal.wait_for(re.compile(r"^got grüße$", re.MULTILINE))
        assert pressed < seen < time.monotonic()
        terminal.type("x\r", 0.01)
        terminal.wait_for(lambda screen: screen.rstrip().endswith("got x"))
        assert terminal.raw.count(b"got") == 2
        assert terminal.bytes_written == len(terminal.raw)


def test_a_wait_in_vain_shows_the_screen(tmp_path: Path) -> None:
    with _python("print('only this')\ninput()", tmp_path) as terminal:
        terminal.wait_for("only this")
        with pytest.raises(AssertionError, match=r"waited 0.1 s for 'that'; it is running; .*\n *only this"):
            terminal.wait_for("that", 0.1)
        with pytest.raises(AssertionError, match="for 'only' to go"):
            terminal.wait_gone("only", 0.1)
        with pytest.raises(AssertionError, match="for its end"):
            terminal.wait_exit(0.1)


def test_silence_is_told_from_chatter(tmp_path: Path) -> None:
    program = "import time\nfor n in range(20): print(n); time.sleep(0.02)\ninput()"
    with _python(program, tmp_path) as terminal:
        terminal.wait_for("3")
        last = terminal.quiet(gap=1.0, timeout=60)
        assert last == terminal.chunks[-1].time
        assert "19" in terminal.screen()
    chatter = "import time\nwhile True: print(); time.sleep(0.01)"
    with _python(chatter, tmp_path) as terminal:
        terminal.wait_for(lambda _: terminal.bytes_written > 0)
        with pytest.raises(AssertionError, match=r"0\.5 s of silence"):
            terminal.quiet(gap=0.5, timeout=0.6)


def test_a_wait_ends_early_when_the_program_has_ended(tmp_path: Path) -> None:
    with _python("raise SystemExit(7)", tmp_path) as terminal:
        begin = time.monotonic()
        with pytest.raises(AssertionError, match="it ended with 7"):
            terminal.wait_for("anything", 300)
        assert time.monotonic() - begin < 100


def test_interrupts_resizes_and_signals_arrive(tmp_path: Path) -> None:
    program = (
        "import os, signal, time\n"
        "def say(word): os.write(1, f'{word}\\n'.encode())\n"
        "signal.signal(signal.SIGWINCH, lambda *_: say(os.get_terminal_size()))\n"
        "try: say('ready'); time.sleep(300)\n"
        "except KeyboardInterrupt: say('interrupted')\n"
        "time.sleep(300)"
    )
    with _python(program, tmp_path, columns=60) as terminal:
        terminal.wait_for("ready")
        terminal.resize(70, 12)
        terminal.wait_for("columns=70, lines=12")
        assert len(terminal.lines) == 12
        terminal.send("\x03")
        terminal.wait_for("interrupted")
        terminal.signal(signal.SIGTERM)
        code, seconds = terminal.wait_exit()
        assert code == -signal.SIGTERM
        assert 0 < seconds < 10


def test_the_terminal_answers_what_a_program_asks_it(tmp_path: Path) -> None:
    program = _RAW + (
        "out('ab\\x1b[6n\\x1b[c\\x1b[?2026$p\\x1b[?2048$p\\x1b[?u\\x1b[5n'); got = b''\n"
        "while b'0n' not in got or b'R' not in got: got += os.read(0, 99)\n"
        "out('\\r\\n' + '|'.join(sorted(got.decode().split('\\x1b')[1:])))"
    )
    with _python(program, tmp_path, columns=60) as terminal:
        terminal.wait_for("[1;3R")
        assert terminal.lines[:2] == ["ab", "[0n|[1;3R|[?2026;2$y|[?2048;0$y|[?62;22c"]


def test_what_a_program_leaves_changed_is_told(tmp_path: Path) -> None:
    leaves = _RAW + "out('\\x1b[?1049h\\x1b[?25l\\x1b[?1006h\\x1b[?2004h\\x1b[>1u')"
    with _python(leaves, tmp_path) as terminal:
        assert terminal.wait_exit().code == 0
        told = terminal.restored()
    assert told[:5] == [
        "alternate screen on",
        "bracketed paste on",
        "keyboard protocol pushed",
        "mouse in SGR on",
        "visible cursor off",
    ]
    assert "local flags" in told
    tidies = "print('\\x1b[?1049h\\x1b[?25l\\x1b[>1u in \\x1b[<u\\x1b[?25h\\x1b[?1049lback')"
    with _python(tidies, tmp_path) as terminal:
        terminal.wait_exit()
        assert terminal.restored() == []
        assert terminal.screen().rstrip() == "back"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="costs are read from /proc")
def test_costs_are_those_of_the_whole_tree(tmp_path: Path) -> None:
    spin = "import time\nwhile time.process_time() < 0.3: pass\n"
    child = f"{spin}print(1); input()"
    program = f"import subprocess, sys\n{spin}subprocess.run([sys.executable, '-c', {child!r}])"
    with _python(program, tmp_path) as terminal:
        terminal.wait_for("1")
        cost = terminal.cost()
        assert cost.processes == 2
        assert cost.cpu is not None
        assert 0.5 <= cost.cpu < 5  # 0.6, counted in coarse ticks
        assert cost.rss is not None
        assert cost.tree_rss is not None
        assert 1 < cost.rss < cost.tree_rss
        terminal.send("\r")
        terminal.wait_exit()
        ended = terminal.cost()
        assert ended.cpu is not None
        assert cost.cpu <= ended.cpu + 0.02
        assert (ended.processes, ended.rss) == (0, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")
def test_nothing_survives_the_block(tmp_path: Path) -> None:
    stubborn = (
        "import os, signal, time; os.setsid(); signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "print(os.getpid(), '.', flush=True); time.sleep(300)"
    )
    program = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {stubborn!r}]); input()"
    with _python(program, tmp_path) as terminal:
        terminal.wait_for(" .")
        child = int(terminal.lines[0].split()[0])
        assert terminal.left_running() == [child]
        terminal.send("\r")
        assert terminal.wait_exit().code == 0
        assert terminal.left_running() == [child]
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}/exe").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(f"/proc/{child}/exe").exists()


def test_a_terminal_gives_its_descriptors_back(tmp_path: Path) -> None:
    with _python("input()", tmp_path):
        pass
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        with _python("input()", tmp_path) as terminal:
            assert len(os.listdir("/dev/fd")) > before
        terminal.close()
    assert len(os.listdir("/dev/fd")) == before


def test_a_large_paste_arrives_whole_while_the_program_writes(tmp_path: Path) -> None:
    program = _RAW + (
        "out('ready'); n = 0\n"
        "while n < 300000: d = os.read(0, 9999); n += len(d); os.write(1, b'.' * len(d))\n"
        "out(f'\\x1b[2J\\x1b[H{n} bytes')"
    )
    with _python(program, tmp_path) as terminal:
        terminal.wait_for("ready")
        terminal.send("x" * 300_000)
        terminal.wait_for("300000 bytes")
