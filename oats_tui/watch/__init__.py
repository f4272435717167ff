"""Files that others change, told as events on the bus."""
