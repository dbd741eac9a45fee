"""Arabic, as it is read out. "{n}" is the number in words; duals hold it in themselves.

From three to ten a number has the other gender than its noun, which the tables hold: "m" are the
numbers that stand before a masculine noun.
"""

_ONES = {
    "m": (
        *("صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"),
        "عشرة",
    ),
    "f": (
        *("صفر", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع"),
        "عشر",
    ),
}
_TEENS = {
    "m": (
        *("أحد عشر", "اثنا عشر", "ثلاثة عشر", "أربعة عشر", "خمسة عشر"),
        *("ستة عشر", "سبعة عشر", "ثمانية عشر", "تسعة عشر"),
    ),
    "f": (
        *("إحدى عشرة", "اثنتا عشرة", "ثلاث عشرة", "أربع عشرة", "خمس عشرة"),
        *("ست عشرة", "سبع عشرة", "ثماني عشرة", "تسع عشرة"),
    ),
}
_FIRST = {"m": "واحد", "f": "إحدى"}  # the one of twenty-one
_TENS = (
    *("", "", "عشرون", "ثلاثون", "أربعون"),
    *("خمسون", "ستون", "سبعون", "ثمانون", "تسعون"),
)

WORDS = {
    "name": "العربية",
    "mode.live": "",
    "mode.simulated": "محاكاة. ",
    "mode.exercise": "تدريب. ",
    "mode.replay": "إعادة عرض. ",
    "comma": "، ",
    "sentence": "{facts}. {order}",
    "order.imminent": "احتموا الآن.",
    "order.possible": "استعدوا للاحتماء.",
    "order.human": "احتموا الآن، بأمر من المناوب.",
    "all_clear": "زال الخطر عن {zone}.",
    "no_time": "لا وقت",
    "wind.north": "الشمال",
    "wind.north_east": "الشمال الشرقي",
    "wind.east": "الشرق",
    "wind.south_east": "الجنوب الشرقي",
    "wind.south": "الجنوب",
    "wind.south_west": "الجنوب الغربي",
    "wind.west": "الغرب",
    "wind.north_west": "الشمال الغربي",
    "second.gender": "f",
    "second.one": "ثانية واحدة",
    "second.two": "ثانيتان",
    "second.few": "{n} ثوان",
    "second.many": "{n} ثانية",
    "second.twenty_one": "{n} ثانية",
    "minute.gender": "f",
    "minute.one": "دقيقة واحدة",
    "minute.two": "دقيقتان",
    "minute.few": "{n} دقائق",
    "minute.many": "{n} دقيقة",
    "minute.twenty_one": "{n} دقيقة",
    "minute_and_half.gender": "f",
    "minute_and_half.one": "دقيقة ونصف",
    "minute_and_half.two": "دقيقتان ونصف",
    "minute_and_half.few": "{n} دقائق ونصف",
    "minute_and_half.many": "{n} دقيقة ونصف",
    "minute_and_half.twenty_one": "{n} دقيقة ونصف",
    "drone.gender": "f",
    "drone.one": "طائرة مسيّرة",
    "drone.two": "طائرتان مسيّرتان",
    "drone.few": "{n} طائرات مسيّرة",
    "drone.many": "{n} طائرة مسيّرة",
    "drone.twenty_one": "{n} طائرة مسيّرة",
    "helicopter.gender": "f",
    "helicopter.one": "مروحية",
    "helicopter.two": "مروحيتان",
    "helicopter.few": "{n} مروحيات",
    "helicopter.many": "{n} مروحية",
    "helicopter.twenty_one": "{n} مروحية",
    "aircraft.gender": "f",
    "aircraft.one": "طائرة",
    "aircraft.two": "طائرتان",
    "aircraft.few": "{n} طائرات",
    "aircraft.many": "{n} طائرة",
    "aircraft.twenty_one": "{n} طائرة",
    "unknown.gender": "m",
    "unknown.one": "جسم مجهول",
    "unknown.two": "جسمان مجهولان",
    "unknown.few": "{n} أجسام مجهولة",
    "unknown.many": "{n} جسماً مجهولاً",
    "unknown.twenty_one": "{n} جسماً مجهولاً",
    "object.gender": "m",
    "object.one": "جسم",
    "object.two": "جسمان",
    "object.few": "{n} أجسام",
    "object.many": "{n} جسماً",
    "object.twenty_one": "{n} جسماً",
}


def form(number: int) -> str:
    """Say which form stands after a number (CLDR): the dual, the plural of 3 to 10, the rest."""
    if number in (1, 2):
        return ("one", "two")[number - 1]
    return "few" if 3 <= number % 100 <= 10 else "many"


def number(value: int, gender: str) -> str:
    """Say a whole number from 0 to 199 in words, as stands before a noun of the gender."""
    hundred, rest = divmod(value, 100)
    words = ["مئة"] * hundred
    if rest and rest <= 10:
        words.append(_ONES[gender][rest])
    elif rest and rest < 20:
        words.append(_TEENS[gender][rest - 11])
    elif rest:
        first = _FIRST[gender] if rest % 10 == 1 else _ONES[gender][rest % 10]
        words += [first, _TENS[rest // 10]] if rest % 10 else [_TENS[rest // 10]]
    return " و".join(words) if words else _ONES[gender][0]
