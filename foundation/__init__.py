"""What every package stands on: errors, the clock, settings, masking and log lines."""

__version__ = "0.1.0"
