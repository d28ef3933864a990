"""What comes in: webhooks verified, parsed, read and stored (SPEC sections 1 to 6)."""
