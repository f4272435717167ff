"""Where answers come from: one small protocol, and one module for each kind of source."""
