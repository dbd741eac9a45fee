"""Ukrainian, as it is read out. "{n}" is the number in words."""

_ONES = {
    "m": ("нуль", "один", "два", "три", "чотири", "п'ять", "шість", "сім", "вісім", "дев'ять"),
    "f": ("нуль", "одна", "дві", "три", "чотири", "п'ять", "шість", "сім", "вісім", "дев'ять"),
}
_TEENS = (
    *("десять", "одинадцять", "дванадцять", "тринадцять", "чотирнадцять", "п'ятнадцять"),
    *("шістнадцять", "сімнадцять", "вісімнадцять", "дев'ятнадцять"),
)
_TENS = (
    *("", "", "двадцять", "тридцять", "сорок"),
    *("п'ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев'яносто"),
)

WORDS = {
    "name": "українська",
    "mode.live": "",
    "mode.simulated": "Моделювання. ",
    "mode.exercise": "Навчання. ",
    "mode.replay": "Повтор запису. ",
    "comma": ", ",
    "sentence": "{facts}. {order}",
    "order.imminent": "Негайно в укриття.",
    "order.possible": "Будьте готові йти в укриття.",
    "order.human": "Негайно в укриття, за наказом чергового.",
    "all_clear": "Відбій тривоги: {zone}.",
    "no_time": "часу немає",
    "wind.north": "північ",
    "wind.north_east": "північний схід",
    "wind.east": "схід",
    "wind.south_east": "південний схід",
    "wind.south": "південь",
    "wind.south_west": "південний захід",
    "wind.west": "захід",
    "wind.north_west": "північний захід",
    "second.gender": "f",
    "second.one": "{n} секунда",
    "second.two": "{n} секунди",
    "second.few": "{n} секунди",
    "second.many": "{n} секунд",
    "second.twenty_one": "{n} секунда",
    "minute.gender": "f",
    "minute.one": "{n} хвилина",
    "minute.two": "{n} хвилини",
    "minute.few": "{n} хвилини",
    "minute.many": "{n} хвилин",
    "minute.twenty_one": "{n} хвилина",
    "minute_and_half.gender": "f",
    "minute_and_half.one": "{n} з половиною хвилини",
    "minute_and_half.two": "{n} з половиною хвилини",
    "minute_and_half.few": "{n} з половиною хвилини",
    "minute_and_half.many": "{n} з половиною хвилин",
    "minute_and_half.twenty_one": "{n} з половиною хвилини",
    "drone.gender": "m",
    "drone.one": "дрон",
    "drone.two": "{n} дрони",
    "drone.few": "{n} дрони",
    "drone.many": "{n} дронів",
    "drone.twenty_one": "{n} дрон",
    "helicopter.gender": "m",
    "helicopter.one": "вертоліт",
    "helicopter.two": "{n} вертольоти",
    "helicopter.few": "{n} вертольоти",
    "helicopter.many": "{n} вертольотів",
    "helicopter.twenty_one": "{n} вертоліт",
    "aircraft.gender": "m",
    "aircraft.one": "літак",
    "aircraft.two": "{n} літаки",
    "aircraft.few": "{n} літаки",
    "aircraft.many": "{n} літаків",
    "aircraft.twenty_one": "{n} літак",
    "unknown.gender": "m",
    "unknown.one": "невідомий об'єкт",
    "unknown.two": "{n} невідомі об'єкти",
    "unknown.few": "{n} невідомі об'єкти",
    "unknown.many": "{n} невідомих об'єктів",
    "unknown.twenty_one": "{n} невідомий об'єкт",
    "object.gender": "m",
    "object.one": "об'єкт",
    "object.two": "{n} об'єкти",
    "object.few": "{n} об'єкти",
    "object.many": "{n} об'єктів",
    "object.twenty_one": "{n} об'єкт",
}


def form(number: int) -> str:
    """Say which form stands after a number (CLDR: 1 and 21, but not 11; 2 to 4; the rest)."""
    last, teens = number % 10, number % 100 // 10 == 1
    if last == 1 and not teens:
        return "one" if number == 1 else "twenty_one"
    return "few" if 2 <= last <= 4 and not teens else "many"


def number(value: int, gender: str) -> str:
    """Say a whole number from 0 to 199 in words, as stands before a noun of the gender."""
    hundred, rest = divmod(value, 100)
    words = ["сто"] * hundred
    if rest >= 20:
        words.append(_TENS[rest // 10])
        rest %= 10
    if 10 <= rest < 20:
        words.append(_TEENS[rest - 10])
    elif rest or not words:
        words.append(_ONES[gender][rest])
    return " ".join(words)
