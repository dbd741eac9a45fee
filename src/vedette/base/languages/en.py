"""English, as it is read out. "{n}" is the number in words."""

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = (
    *("zero", "ten", "twenty", "thirty", "forty"),
    *("fifty", "sixty", "seventy", "eighty", "ninety"),
)

WORDS = {
    "name": "English",
    "mode.live": "",
    "mode.simulated": "Simulation. ",
    "mode.exercise": "Exercise. ",
    "mode.replay": "Replay. ",
    "comma": ", ",
    "sentence": "{facts}. {order}",
    "order.imminent": "Take cover.",
    "order.possible": "Be ready to take cover.",
    "order.human": "Take cover now, by order of the watch.",
    "all_clear": "All clear for {zone}.",
    "no_time": "no time",
    "wind.north": "north",
    "wind.north_east": "north-east",
    "wind.east": "east",
    "wind.south_east": "south-east",
    "wind.south": "south",
    "wind.south_west": "south-west",
    "wind.west": "west",
    "wind.north_west": "north-west",
    "second.gender": "m",
    "second.one": "{n} second",
    "second.two": "{n} seconds",
    "second.few": "{n} seconds",
    "second.many": "{n} seconds",
    "second.twenty_one": "{n} seconds",
    "minute.gender": "m",
    "minute.one": "{n} minute",
    "minute.two": "{n} minutes",
    "minute.few": "{n} minutes",
    "minute.many": "{n} minutes",
    "minute.twenty_one": "{n} minutes",
    "minute_and_half.gender": "m",
    "minute_and_half.one": "{n} and a half minutes",
    "minute_and_half.two": "{n} and a half minutes",
    "minute_and_half.few": "{n} and a half minutes",
    "minute_and_half.many": "{n} and a half minutes",
    "minute_and_half.twenty_one": "{n} and a half minutes",
    "drone.gender": "m",
    "drone.one": "drone",
    "drone.two": "{n} drones",
    "drone.few": "{n} drones",
    "drone.many": "{n} drones",
    "drone.twenty_one": "{n} drones",
    "helicopter.gender": "m",
    "helicopter.one": "helicopter",
    "helicopter.two": "{n} helicopters",
    "helicopter.few": "{n} helicopters",
    "helicopter.many": "{n} helicopters",
    "helicopter.twenty_one": "{n} helicopters",
    "aircraft.gender": "m",
    "aircraft.one": "aircraft",
    "aircraft.two": "{n} aircraft",
    "aircraft.few": "{n} aircraft",
    "aircraft.many": "{n} aircraft",
    "aircraft.twenty_one": "{n} aircraft",
    "unknown.gender": "m",
    "unknown.one": "unknown object",
    "unknown.two": "{n} unknown objects",
    "unknown.few": "{n} unknown objects",
    "unknown.many": "{n} unknown objects",
    "unknown.twenty_one": "{n} unknown objects",
    "object.gender": "m",
    "object.one": "object",
    "object.two": "{n} objects",
    "object.few": "{n} objects",
    "object.many": "{n} objects",
    "object.twenty_one": "{n} objects",
}


def form(number: int) -> str:
    """Say which form stands after a number."""
    return "one" if number == 1 else "many"


def number(value: int, gender: str) -> str:
    """Say a whole number from 0 to 199 in words; English has no genders."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        ones = f"-{_ONES[value % 10]}" if value % 10 else ""
        return _TENS[value // 10] + ones
    rest = f" and {number(value % 100, gender)}" if value % 100 else ""
    return f"{_ONES[value // 100]} hundred{rest}"
