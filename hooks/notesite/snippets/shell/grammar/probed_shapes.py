"""The shapes of argument lists that were tried on the real kubectl.

A shape is a text with one letter for each argument.  The vendor script asks kubectl about every shape; the lint
reduces a command's arguments to a shape and looks the answer up.  Both read this one table.
"""

from __future__ import annotations

# U a name; R a type; W a type with a pod template; N nodes; C several types; P TYPE/NAME; S the same of a W; B of no type;
# K key=value; M key-; L 8080; T key=value:NoSchedule; V pod:/path; F ./file
PATTERNS: tuple[str, ...] = (
    "", "U", "R", "W", "N", "C", "P", "S", "B", "K", "M", "L", "V", "F",
    "UU", "RU", "WU", "NU", "CU", "RR", "PP", "SS", "SU", "PU", "RP", "RS", "BU", "UP", "US",
    "SK", "PK", "UK", "UL", "SL", "PL", "RK", "WK", "NK", "RL", "SM", "PM",
    "RUK", "WUK", "NUK", "RUM", "WUM", "NUM", "RUU", "WUU", "NUU", "UUU", "RUL", "PUK", "UKK", "SKK",
    "NT", "NUT", "NUUT", "UT", "RUT", "UV", "VU", "FV", "VF", "VV", "FF", "KK", "UUUU", "UUUUU", "RUUK", "ULL", "SLL",
    "-", "U-", "S-", "P-", "RU-", "UU-", "R-", "K-", "BL", "B-",
)  # fmt: skip
INDEX = {shape: index for index, shape in enumerate(PATTERNS)}
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")  # the names of a probe, by position
REST = "-"  # the end of a shape whose arguments go on after `--`
