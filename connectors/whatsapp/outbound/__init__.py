"""What goes out: replies formed, guarded, sent, and what became of them (SPEC sections 8 to 13)."""
