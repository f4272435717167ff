"""The doctor: looks at the data directory and says in plain words what it found and what to do."""
