"""Native ids in the network's normal form, by the rules that traces/networks.py documents; an implementation of our own."""

from __future__ import annotations


def nick(name: str) -> str:
    """IRC folds nicks and channels by RFC 1459 section 2.2: `{}|^` are the lower case of `[]\\~`."""
    out = []
    for letter in name:
        if "A" <= letter <= "Z":
            out.append(chr(ord(letter) + 32))
        else:
            out.append({"[": "{", "]": "}", "\\": "|", "~": "^"}.get(letter, letter))
    return "".join(out)


def between(one: str, other: str) -> str:
    """A conversation of two accounts, the same from both ends; both in normal form."""
    first, second = sorted((one, other))
    return f"direct:{first}|{second}"


def iban(country: str, bban: str) -> str:
    """An IBAN with its check digits (ISO 13616: mod 97)."""
    turned = bban + country + "00"
    digits = "".join(str(int(letter, 36)) for letter in turned)
    return f"{country}{98 - int(digits) % 97:02d}{bban}"
