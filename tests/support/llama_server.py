"""llama.cpp's own OpenAI-compatible server on the loopback interface, with the embedded model, as a subprocess.

`python llama_server.py MODEL` prints its port once it answers, and serves until its input ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class LlamaServer:
    """The server; it ends with the block.

    Args:
        model: The GGUF file it answers with.
        folder: Where it is run.
    """

    def __init__(self, model: Path, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve()), str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError(f"the server ended with {self._process.returncode} before it was ready")
        self.port = int(line)

    @property
    def base_url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self) -> None:
        """End the server. May be called again."""
        self._process.kill()
        with self._process:
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(model: str) -> None:
    """Serve until standard input ends."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = ["smollm2"]
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.warmup = False
    params.offline = True
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{urlsplit(server.listening_address).port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    # Taking the library down during an answer aborts.
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
