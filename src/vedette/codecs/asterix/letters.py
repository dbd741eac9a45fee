"""Characters of six bits (ICAO Annex 10 volume IV, table 3-9), as ASTERIX and Mode S carry them."""

# 0 and undefined codes read as a blank.
ICAO_CHARACTERS = " ABCDEFGHIJKLMNOPQRSTUVWXYZ                     0123456789      "


def callsign_of(bits: int) -> str:
    """Read eight characters of six bits; trailing blanks go."""
    letters = [ICAO_CHARACTERS[(bits >> shift) & 63] for shift in (42, 36, 30, 24, 18, 12, 6, 0)]
    return "".join(letters).rstrip()


def icao_characters(text: str) -> bytes:
    """Pack eight characters of six bits; others than A-Z, 0-9 and blank become blanks."""
    bits = 0
    for letter in text.upper()[:8].ljust(8):
        is_known = letter != " " and letter in ICAO_CHARACTERS
        bits = bits << 6 | (ICAO_CHARACTERS.index(letter) if is_known else 32)
    return bits.to_bytes(6, "big")
