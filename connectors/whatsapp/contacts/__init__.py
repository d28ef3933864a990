"""Who the residents on WhatsApp are, and which conversation is theirs (SPEC section 7)."""
