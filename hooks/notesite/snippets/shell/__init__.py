"""Shell snippets: read without being run (`reader`), and held against each program's own grammar (`grammar`, `lint`).

`check_commands` turns the fences of the notes into verdicts and findings, `corrections` says what works instead.
"""
