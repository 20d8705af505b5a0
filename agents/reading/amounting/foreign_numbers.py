"""Numbers in words of other languages, where a unit stands behind them and no other number beside them: "unter zehn ms"."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.spoken import ONES, TENS

_WORDS: Final = {  # none that means something in English
    **{2: "zwei deux dos dois twee", 3: "drei trois tres três tre drie", 4: "vier quatre cuatro quatro quattro"},
    **{5: "fünf cinq cinco cinque vijf", 6: "sechs seis sei zes", 7: "sieben sept siete sete sette zeven"},
    **{8: "acht huit ocho oito otto", 9: "neun neuf nueve nove negen", 10: "zehn dix diez dez dieci tien"},
    **{12: "zwölf douze doce doze dodici twaalf", 15: "fünfzehn quinze quince quindici vijftien"},
    **{20: "zwanzig vingt veinte vinte venti twintig", 30: "dreißig dreissig trente treinta trinta trenta dertig"},
    **{40: "vierzig quarante cuarenta quarenta quaranta veertig"},
    **{50: "fünfzig cinquante cincuenta cinquenta cinquanta vijftig"},
}
_TENS: Final = {
    **{60: "sechzig sesenta sessenta sessanta zestig soixante", 70: "siebzig setenta settanta zeventig"},
    **{80: "achtzig ochenta oitenta ottanta tachtig", 90: "neunzig noventa novanta negentig"},
}
_DIGITS: Final = {word: str(number) for number, words in (*_WORDS.items(), *_TENS.items()) for word in words.split()}
# Behind one of these a number is the rest of a larger one: "soixante dix".
_LARGER: Final = ("cent", "cento", "ciento", "soixante", "hundert", "honderd", "mil", "mille", "e", "y", "et", "en", "und")
_ALONE: Final = "".join(rf"(?<!\b{word}[ -])" for word in (*_DIGITS, *_LARGER, *ONES, *TENS))
_UNIT: Final = (
    r"\s+(?:(?:per\s?cento|por\s?cien(?:to)?|por\s?cento|pour\s?cent|pro[cz]ent|ms|d[Bb]m?|[kMG]bit|watts?"
    r"|grad(?:e?n|i|os)?|graus|grader|degr[eé]s)\b|mega|mill?ise[ck])"
)
FOREIGN_NUMBER: Final = rf"(?<![^\W_])(?<![-\d])(?<!\d ){_ALONE}(?:{'|'.join(_DIGITS)})(?={_UNIT})"


def digits_of(match: re.Match[str]) -> str:
    """Return a number in digits."""
    return _DIGITS[match[0].casefold()]
