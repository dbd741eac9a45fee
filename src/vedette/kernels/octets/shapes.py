"""The shapes of ASTERIX data items, as numbers (part 1, section 5.2): what readers agree on.

Above zero: a fixed length in octets. REPETITIVE - n: a count, then so many times n octets.
CHAINED - n: groups of n octets, the lowest bit of each saying whether another follows.
"""

EXTENDED = 0  # octets, each with its lowest bit set where another follows
EXPLICIT = -1  # its own length comes first
COMPOUND = -2  # an extended list of subfields, then those present
EXTENDED_TWICE = -3  # one octet, and a second whole one where the first's lowest bit is set
UNDEFINED = -4  # a place of the profile that no edition has filled
REPETITIVE = -10
CHAINED = -100

# An FSPEC has seven octets at most, I048/030 one octet for each of 127 warnings: a longer list is
# an attack on whoever remembers or walks it.
EXTENDED_OCTETS_MAX = 128
HEADER_OCTETS = 3  # of a data block: category and length
