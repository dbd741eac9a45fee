"""How things are called when people read or hear them: tracks, directions, classes, numbers.

Pure words, so that every stage and every output says the same thing the same way.
"""

import math

_BEARINGS = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)
_CLASSES = {
    "bird": "bird",
    "flock": "flock of birds",
    "balloon": "balloon",
    "multirotor": "multirotor drone",
    "fixed_wing_uas": "fixed-wing drone",
    "one_way_uas": "one-way drone",
    "helicopter": "helicopter",
    "light_aircraft": "light aircraft",
    "aeroplane": "aeroplane",
}
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = (
    *("zero", "ten", "twenty", "thirty", "forty"),
    *("fifty", "sixty", "seventy", "eighty", "ninety"),
)


def track_name(track_id: int) -> str:
    """Name a track as people do: `track_name(7) == "T0007"`. More than four digits all show."""
    return f"T{track_id:04d}"


def class_words(object_class: str) -> str:
    """Say an object class in words for reading; what we cannot tell is an "unknown object"."""
    return _CLASSES.get(object_class, "unknown object")


def bearing_words(bearing_rad: float) -> str:
    """Say a direction as one of eight winds: `bearing_words(math.radians(310)) == "north-west"`.

    bearing_rad: clockwise from true north, any turn. A direction halfway goes clockwise.
    """
    return _BEARINGS[math.floor(bearing_rad / (math.pi / 4.0) + 0.5) % 8]


def number_words(number: int) -> str:
    """Say a whole number from 0 to 999 in words; others stay digits."""
    if not 0 <= number < 1000:
        return str(number)
    if number < 20:
        return _ONES[number]
    if number < 100:
        ones = f"-{_ONES[number % 10]}" if number % 10 else ""
        return _TENS[number // 10] + ones
    rest = f" and {number_words(number % 100)}" if number % 100 else ""
    return f"{_ONES[number // 100]} hundred{rest}"


def distance_words(distance_m: float) -> str:
    """Say a distance for reading: "800 m", "4.2 km", "12 km"."""
    if distance_m < 995.0:
        return f"{round(distance_m / 10.0) * 10} m"
    if distance_m < 9_950.0:
        return f"{distance_m / 1000.0:.1f} km"
    return f"{distance_m / 1000.0:.0f} km"
