"""The network: the only package that opens sockets.

A `Client` asks for one URL at a time in the caller's thread, with `requests`, and may be shared by threads.  What users
of `requests` know holds: the proxy variables and NO_PROXY, REQUESTS_CA_BUNDLE, cookies across redirects.  Beyond that:

- A name is resolved once and refused unless every answer is public; exactly such an answer is connected to (so a
  second answer of the resolver cannot lead elsewhere), while Host header and TLS name stay the URL's.  Behind a proxy
  only the written host can be judged; `Client.proxy` tells.
- Cookies end with the fetch that they came in; no credentials are sent, those of .netrc neither.
- Redirects are followed by hand, each judged as a URL of its own; https never becomes http.
- One deadline covers names, connections, all tries, redirects and waiting; every read of a socket is cut to what is
  left of it, because time limits on single reads never end a server that drips.
"""
