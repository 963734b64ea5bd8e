"""Shell snippets: read without being run, and checked against each program's own grammar.

`shell` reads text into commands with places, `lint` checks them against the grammar files under `data/`, `check`
turns fences into verdicts and findings.
"""
