"""What users of `requests` know: proxies, certificates of their own, cookies across redirects; and what is kept from it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pictures
import pytest
from fault_server import TLS, FaultServer

from notesite.cli.check_links import asked, client_of
from notesite.images import gallery
from notesite.images.mirror import Hosts, Options
from notesite.images.uses import Mode
from notesite.links.link_verdict import Job
from notesite.net.client import Client
from notesite.net.response import Fault, Limits
from notesite.net.urls import written_refusal
from notesite.notes.reader import parse
from notesite.project.config import Project
from notesite.project.settings import ImageSettings, LinkSettings, Settings

PICTURE = pictures.png()
FAR = "http://pictures.example.org/a.png"


def unknown(host: str, _port: int) -> list[tuple[Any, ...]]:
    """A machine that can look up nothing but its proxy, as behind many proxies."""
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    return list(socket.getaddrinfo(host, _port, 0, socket.SOCK_STREAM))


def client(**more: Any) -> Client:
    """A client behind such a proxy."""
    return Client(limits=Limits(tries=1), resolve=unknown, **more)


def test_a_proxy_is_asked_and_its_password_is_told_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("proxy", PICTURE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:sesame@{proxy.origin}")
        asking = client()
        assert asking.fetch(FAR).body == PICTURE
        [head] = proxy.heads
    assert head.startswith(f"GET {FAR} HTTP/1.1\r\n")
    assert "proxy-authorization: basic" in head.lower()
    assert "sesame" not in asking.proxy_note
    assert f"@{proxy.origin}" not in asking.proxy_note.replace("…@", "")
    assert "only the written hosts were judged" in asking.proxy_note


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f.1", "10.0.0.1", "192.168.1.1", "169.254.169.254"),
        *("[::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "168.63.129.16", "localhost", "a.localhost", "intranet"),
        *("printer.local", "metadata.google.internal", "nas.home.arpa", "wiki.corp", "localhost."),
    ],
)
def test_behind_a_proxy_the_written_host_is_judged(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("proxy", PICTURE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.origin}")
        with pytest.raises(Fault, match="E_ADDR"):
            client().fetch(f"http://{host}/a.png")
        assert proxy.hits == 0


@pytest.mark.parametrize(
    "host", ["example.org", "8.8.8.8", "2606:4700::1111", "local.example.org", "corp.com", "a.b.dev"]
)
def test_public_hosts_are_fine_as_they_are_written(host: str) -> None:
    assert written_refusal(host) is None


def test_a_redirect_behind_a_proxy_is_judged_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("to_metadata", PICTURE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.origin}")
        with pytest.raises(Fault, match="E_ADDR: redirect refused"):
            client().fetch(FAR)
        assert proxy.hits == 1


def test_hosts_of_no_proxy_are_asked_directly_and_their_addresses_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("proxy", PICTURE) as proxy, FaultServer("good", PICTURE) as server:
        monkeypatch.setenv("http_proxy", f"http://{proxy.origin}")
        monkeypatch.setenv("no_proxy", "127.0.0.1,inside.example.org")
        direct = client(allow_hosts=["127.0.0.1"])
        assert direct.fetch(f"http://{server.origin}/").body == PICTURE
        assert (server.hits, proxy.hits, direct.proxy_note) == (1, 0, "")

        def inside(_host: str, port: int) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))]

        with pytest.raises(Fault, match="E_ADDR"):
            Client(resolve=inside).fetch("http://inside.example.org/")
        assert proxy.hits == 0


def test_https_goes_through_the_tunnel_of_a_proxy_and_is_checked_against_the_users_bundle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultServer("proxy", PICTURE) as proxy, FaultServer("good", PICTURE, tls="localhost") as server:
        monkeypatch.setenv("https_proxy", f"http://{proxy.origin}")
        url = f"https://localhost:{server.port}/a.png"
        with pytest.raises(Fault, match="E_TLS: certificate of localhost is not accepted"):
            client(allow_hosts=["localhost"]).fetch(url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(TLS / "localhost.pem"))
        assert client(allow_hosts=["localhost"]).fetch(url).body == PICTURE
        assert [head.split(" ")[0] for head in proxy.heads] == ["CONNECT", "CONNECT"]
        [head] = server.heads
        assert f"Host: localhost:{server.port}" in head


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_replaces_the_certificates_of_the_system(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("good", PICTURE, tls="localhost") as server:
        monkeypatch.setenv(variable, str(TLS / "localhost.pem"))
        asking = Client(limits=Limits(tries=1), allow_hosts=["127.0.0.1"])
        assert asking.fetch(f"https://{server.origin}/").body == PICTURE


def test_a_bundle_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for bundle in (tmp_path / "missing.pem", empty):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        with pytest.raises(Fault, match=rf"E_TLS: no certificates in \S*{bundle.name}, which REQUESTS_CA_BUNDLE"):
            Client(allow_hosts=["127.0.0.1"]).fetch("https://127.0.0.1:1/")


def test_cookies_live_across_redirects_and_end_with_the_fetch() -> None:
    with FaultServer("cookie_then_redirect", PICTURE) as server:
        asking = Client(allow_hosts=["127.0.0.1"])
        for _ in range(2):
            assert asking.fetch(f"http://{server.origin}/").body == PICTURE
    assert ["cookie:" in head.lower() for head in server.heads] == [False, True, False, True]


def test_cookies_are_not_sent_to_another_host() -> None:
    with FaultServer("cookie_then_redirect", PICTURE) as server, FaultServer("good", PICTURE) as other:
        other_host = f"localhost:{other.port}"
        server.behaviour = "simple_cookie"
        asking = Client(allow_hosts=["127.0.0.1", "localhost"])
        from fault_server import simple  # noqa: PLC0415  # the target is known only now

        simple(
            "simple_cookie", body=b"", status="302 Found", Location=f"http://{other_host}/", Set_Cookie="a=b; Path=/"
        )
        assert asking.fetch(f"http://{server.origin}/").body == PICTURE
    assert "cookie:" not in other.heads[0].lower()


def test_credentials_of_netrc_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1\nlogin me\npassword sesame\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with FaultServer("good", PICTURE) as server:
        Client(allow_hosts=["127.0.0.1"]).fetch(f"http://{server.origin}/")
    assert "authorization" not in server.heads[0].lower()


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("proxy_refuses", r"E_CONNECT: the proxy made no connection to far\.example\.org:443: 403 Not\W+there"),
        ("reset", "E_CONNECT"),
        ("no_http", "E_PROTOCOL|E_CONNECT"),
        ("drip_headers", "E_TIMEOUT"),
        ("silent", "E_TIMEOUT"),
    ],
)
def test_a_proxy_that_fails_is_a_fault_in_time(proxy: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(proxy, PICTURE) as server:
        monkeypatch.setenv("https_proxy", f"http://{server.origin}")
        limits = Limits(tries=1, connect=1.0, deadline=1.0) if "TIMEOUT" in expected else Limits(tries=1)
        with pytest.raises(Fault, match=expected):
            Client(limits=limits, resolve=unknown).fetch("https://far.example.org/")


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("good", PICTURE, refusing=True) as server:
        monkeypatch.setenv("all_proxy", f"http://me:sesame@{server.origin}")
        with pytest.raises(Fault, match=f"E_CONNECT: connection refused by {server.origin}"):
            client().fetch(FAR)
    monkeypatch.setenv("all_proxy", "socks5h://me:sesame@127.0.0.1:1080")
    with pytest.raises(Fault, match="SOCKS proxies are not supported") as caught:
        client().fetch(FAR)
    assert "sesame" not in str(caught.value)


def test_the_mirror_and_the_link_check_say_once_that_there_is_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer("proxy", PICTURE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.origin}")
        notes = parse("# N\n\n" + "\n\n".join(f"![Two words](http://h{n}.example.org/{n}.png)" for n in range(3)))
        settings = Settings(images=ImageSettings(webp=False))
        project = Project(tmp_path, tmp_path / "mkdocs.yml", tmp_path / "notes.md", tmp_path, settings, {})
        options = Options(Mode.AUTO, tmp_path / "images")
        outcome, report = gallery.run(project, notes, options, hosts=Hosts())
        assert len(outcome.entries) == 3
        assert [d.code for d in report.diagnostics] == ["E_PROXY"]
        network = client_of(LinkSettings())
        assert network.proxy_note == ""
        assert asked(network, Job("http://h.example.org/"), 60.0).status == 200
        assert proxy.origin in network.proxy_note
