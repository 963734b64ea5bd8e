"""Links: what a built site defines and uses, and what is missing; and whether the rest of the web still answers.

`built_pages` and `targets` read a built site, `internal` subtracts; `external` asks other hosts through a function
that it is given.  Nothing here opens a file or a socket.
"""
