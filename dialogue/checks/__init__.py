"""Guided checks: decision tables as data, and the pure engine that reads a verdict off them.

A check asks for a few slots and ends in a verdict with its reason and sources ("which income tax
do I pay?"). Nothing in here speaks with anybody; :mod:`dialogue.actions.checks` does.
"""
