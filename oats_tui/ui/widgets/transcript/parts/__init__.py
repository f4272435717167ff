"""The parts of a message that are no text: tool calls, pictures and what is folded, each drawn as lines."""
