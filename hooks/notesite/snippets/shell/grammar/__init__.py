"""Grammars of programs as data, and how a call is held against them."""
