"""One conversation in progress: send, stream, stop, retry, queue."""
