"""The network: the only package that opens sockets.

A `Client` asks for one URL at a time in the caller's thread and may be shared by threads.  It sends no cookies and
no credentials and reads no proxy or netrc settings; it resolves a name once, refuses it unless every answer is
public, and connects to exactly such an answer (so a second answer of the resolver cannot redirect it), while Host
header and TLS name stay the URL's.  Redirects are followed by hand.  One deadline covers names, connections, all
tries, redirects and waiting: a watchdog shuts the sockets, because time limits on single reads never end a server
that drips.
"""

from .client import USER_AGENT, Client, Resolver

__all__ = ["USER_AGENT", "Client", "Resolver"]
