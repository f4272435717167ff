"""What every other part stands on; it knows no conversation and no screen."""
