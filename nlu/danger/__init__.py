"""Danger detection: does a message tell of somebody whose life or safety is threatened?

A detector of its own, apart from the intents: trained for recall, asked before everything else and
on every message. Its first stage needs no sentence encoder.
"""
