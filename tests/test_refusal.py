"""Addresses that are not public are refused by the client itself, tried where no request could get out if they were not."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from site_tools import ROOT

with (ROOT / "tests/cases/images/addresses.tsv").open(encoding="utf-8") as table:
    ROWS = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
# Asks for each address of standard input, in a network of its own that has no device but a dead loopback.
CHILD = """
import json, sys
from notesite.net.client import Client
from notesite.net.response import Fault, Limits

codes = {}
for address in json.load(sys.stdin):
    host = f"[{address}]" if ":" in address else address
    try:
        codes[address] = str(Client(limits=Limits(tries=1)).fetch(f"http://{host}/a.png").status)
    except Fault as fault:
        codes[address] = fault.code
print(json.dumps(codes))
"""


@pytest.mark.promise("No address that is not public is asked.")
def test_what_is_refused_is_refused_before_anything_is_sent() -> None:
    addresses = [row["address"] for row in ROWS]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", sys.executable, "-c", CHILD],
        input=json.dumps(addresses),
        env={"PYTHONPATH": str(ROOT / "hooks")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    codes = json.loads(done.stdout)
    assert {address for address, code in codes.items() if code == "E_ADDR"} == {
        row["address"] for row in ROWS if row["public"] == "no"
    }
    # The others were asked, and found that there is no network.
    assert {code for code in codes.values() if code != "E_ADDR"} == {"E_CONNECT"}
