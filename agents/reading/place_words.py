"""Words of a place besides names: what excludes, what includes, what refers back, and what means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.reading.spoken import ONES, Spoken

Phrases = dict[str, list[tuple[str, ...]]]  # by the first word, the longest first


def _phrases(*lines: str) -> Phrases:
    phrases = [_spoken(phrase) for line in lines for phrase in line.casefold().split(" | ")]
    table: Phrases = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        table.setdefault(phrase[0], []).append(phrase)
    return table


def _spoken(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as `spoken` has them."""
    return tuple(str(ONES.get(word, word)) for word in phrase.split())


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# What follows is taken out.
EXCLUDING: Final = _phrases(
    "that neither | neither belong to | neither belonging to",
    "instead of | in place of | yet not | out :",
    "but not | but | except | exept | excpet | excpt | exc | exc . | excepting | except for | excluding | excl | exclude",
    "exclusive of | minus | without | w / o | wo | sans | save | save for | bar | barring | other than | apart from",
    "apart form | aside from | besides | outside | outside of | not | skip | skipping | leaving out | leave out",
    "with the exception of | with the sole exception of | with exception of | exception | exceptions | with one exception",
    "with a single exception | not counting | not including | beyond | less | only not | omit | omitting | out =",
    "with the solitary exception of | xcl | xcl . | o / t",
    "rather than | no | spare | sparing | isn't | isnt | aren't | arent | sauf | hormis | außer | ohne | \\ | ∖ | excepto",
    "salvo | eccetto | tranne | uitgezonderd | behalve | maliban | ! = | ≠ | < > | ¬ | ~ | ✗ | ❌",
    "never mind | but never mind | not extending to | this not extending to | which does not extend to | cept | xcept | ecxept",
    "exclusion | exclusions | nto | btu not | but nto | xcpt | xept | exclusion made of | exclusion made for | exception made of",
    "exception made for | exceptuando | exceptuado | excluyendo | excluindo | escludendo | menos | meno | sin | sem | senza",
    "appart from | appart form | appart | leaving aside | setting aside | ignoring | disregarding | meaning not",
    "zonder | uden | utan | con excepción de | à l'exception de | ad eccezione di | mit ausnahme von | met uitzondering van",
)
# What stands before is taken out.
EXCLUDED: Final = _phrases(
    "neither",
    "excluded | excepted | exempt | exempted | spared | out of scope | is out of scope | not included | is not included",
    "not counted | does not count | do not count | doesn't count | left out | is left out | is out | are out | stays out",
    "stay out | not meant | out | is not part of this | is not part of it | not | is not | are not | aside | apart",
    "is excluded | are excluded | is exempt | need not be included | need not be counted | being exempted | being excluded",
    "being excepted | ausgenommen | exclu | esclusa | escluso | left out of account | being left out of account | being left out",
    "left out of consideration | being left aside | left aside | omitted | being omitted | disregarded | being disregarded",
    "is not concerned | are not concerned | not concerned | not affected | is not affected | are not affected",
    "out of it | out of this | remains out | remain out | may be excluded | can be excluded | shall be excluded | be excluded",
    "can be ignored | may be ignored | is to be ignored | to be ignored | being ignored | is ignored | ignored | not yet",
    "can be left out | may be left out | may be left out of the reckoning | left out of the reckoning | can be skipped",
    "can be disregarded | may be disregarded | is disregarded | are disregarded | none of our business | none of our concern",
    "being none of our business | is none of our business | are none of our business | is none of our concern",
    "being none of our concern | is not our business | not our business | not our concern | is not our concern",
    "as the only exception | as only exception | as an exception | as the sole exception | as the single exception",
    "being the only exception | being the exception | is the only exception | is the exception | the only exception",
    "as the only exceptions | as only exceptions | as exceptions | as the sole exceptions | as the single exceptions",
    "as the exceptions | as sole exceptions | as sole exception | as the exception | being the only exceptions",
    "being the exceptions | are the only exceptions | are the exceptions | the only exceptions",
    "left out of the count | is left out of the count | out of the count | kept out of it | stays out of it | stay out of it",
    "exclude | can wait | may wait | not in scope | is not in scope | are not in scope | no",
)
# What stands before, or after, is taken in whatever else holds.
INCLUDED: Final = _phrases(
    "stays in scope | which stays in scope | remains in scope | which remains in scope | which stays in | which remains in",
    "not excepted | not excluded | not left out | included | too | as well | also | inclusive | not without | likewise | no less",
)
INCLUDING: Final = _phrases(
    "including | incl | inclusive of | even | not excepting | not excluding | not even excluding | not omitting",
    "not skipping | but with | yet with | though with | but including | yet including | though including",
)
EMPHASIS: Final = _phrases(
    "but only | of course | emphatically | itself | themselves",
    "to the extent of | notwithstanding that exception | notwithstanding this exception | that exception notwithstanding",
    "out of | not instead of it | instead of it | but with it | yes | at large",
    "in particular | especially | above all | no exception | without exception | no exceptions | without exceptions",
    "you like | you want | not the whole of it | not all of it | that is to say",
    "not only | not just | not merely | but also | that also | which also | outside it | outside of it | besides it",
    "beyond it",
)
NONE: Final = _phrases(
    "no cell | no cells | no sector | none | none of | no cell of | no cells of | nothing | nobody | not one",
    "not a single cell",
)
INSTEAD: Final = _phrases(
    "no wait | wait no | sorry | scratch that | no disregard | no sorry | , no , | … no ,",
    "or no , | hm no | hm no , | er no | er no , | uh no | uh no , | no cancel that | cancel that | or rather",
    "i mean | sorry i mean | sorry , i mean | make that | no make that | correction",
)
REST: Final = _phrases(
    "rest | others | everywhere else | elsewhere | remaining | remainder | everything else | all other | all others | other",
    "any other | every other",
)
ALL: Final = _words(
    "everyone everybody",
    "all every each everything everywhere anywhere whole entire networkwide any overall complete al evry evrything",
    "wherever lahat everythng evrywhere everywere full tutte tutti alle toutes tous todas todos",
    "toda todo tutto tutta tout toute ganze ganzen hele hela",
)
ONE_BACK: Final = _words(
    "there it here same that its this latter",
)
SEVERAL_BACK: Final = _words(
    "them these those they both pair former their neither",
)
ASLEEP: Final = {
    **dict.fromkeys(("sleeping", "asleep", "dormant", "sleepy", "sleeps", "sleepers", "sleeper"), True),
    **dict.fromkeys(("awake", "operating", "operational"), False),
}
# Plurals for the cells to which a cell has a relation; those that end so are followed by the cell itself.
NEIGHBOURS: Final = _phrases(
    "neighbours | neighbors | neighbouring cells | neighboring cells | neighbour cells | neighbor cells | surrounding cells",
    "adjacent cells | adjoining cells | neighbouring sectors | surrounding sectors",
    "cells around | cells surrounding | cells neighbouring | cells neighboring | cells adjacent to | cells bordering",
    "cells adjoining | sectors around | sectors surrounding",
)
AWAKE: Final = _phrases("in operation")
# Words for an area in which people watch a game.
GROUNDS: Final = _words("stadium stad arena ground estadio estádio stadion stade stadio")
# Words for all of what an operator runs, if no part of it is called so.
PREMISES: Final = _words(
    "cluster town city campus estate premises fairground island isle suburb district region corridor building"
)
# One of these with "whole" can be the network or a part of it that is called so; "the whole highway" can not.
WHOLES: Final = (
    GROUNDS
    | PREMISES
    | _words(
        "park valley area zone site place port harbour harbor mine resort town city village airport district quarter estate"
        " complex factory plant works yard concession region network base camp hospital clinic"
    )
)
# Words for a network in other languages.
NETWORKS: Final = _words("rede rete réseau netz netwerk netværk nät")
# Words for another cell, which is named beside them.
OTHERS: Final = _words("neighbour neighbor twin sister")
# Words that say where something is beside a name, or that only a part of it is meant.
BESIDE: Final = _words(
    "opposite behind near nearby beside beyond next facing half quarter most some few many best worst busiest nearest closest",
    "like unlike wrong old new former adjacent outer inner",
)
# Words that change what a place is, to be known where they are misspelled.
KEYWORDS: Final = ("except", "without", "outside", "sleeping", "everywhere", "towards")
JOINING: Final = _words(
    "and + & plus / n nad adn an or nor , e ed y et und og och",
)
# Exclusions only before a part of what is named: "S7 (ex S7C2)".
PARTING: Final = ("neither", "ex", "forget", "ignore", "drop", "disregard")
# Small words of other languages, which can also be the beginning of a name.
FOREIGN: Final = _words("am i op ved hos vid von van vom su")
SITES: Final = _words(
    "site station mast gnb number tower",
)
SITES_BACK: Final = ("sites", "stations", "masts", "towers")
TOWARDS: Final = _words(
    "richting naar hacia vers nach verso",
    "target towards toward twords towrds twards -> → > to into when against versus vs direction respect relation",
)
# Words around names that name nothing themselves.
FILLERS: Final = _words(
    "either seen hte fo round",
    "the a an of in at on to for from by under over with within across around along inside throughout near up down my our",
    "your its their his her these those which who are was be been being cell cells cel cels sector sectors carrier carriers",
    "area areas zone zones region gnb gnbs node nodes station stations street side just only per into onto as target",
    "targets place name id scope where when while sit sits belong belongs belonging do does part parts piece having has lie lies",
    "have located lying ones hold unit units antenna antennas mast masts people users customers guys visitors thing things",
    "anything and plus or nor neither then pair trio together 2 3 4 5 single is it both network networks between",
    "through used include includes site sites teh everything well namely particular sake lot means among them n s so number",
    "that we if you operate thrown end cells' they say regarding concerning although though need capacity presently",
    "currently now right thats that's actually former latter nad adn scope: there here same this dans im nel nella al alla",
    "di de del della des du den dem der die das el la le les los las il lo em en à auf bei zu zur zum für per y und et",
    "da na nas nos do dos nello sul sulla dans sur au aux på resp respectively obvs obviously please pls resources cell's",
    "relation hasta até bis concern concerns concerned apply applies tower towers",
    "whatsoever tho alike",
    "ng sa list alone sole nrcelldu nrcellcu set frm",
    "cellule cellules zelle zellen celda celdas cella celle celula site sito sitio",
)
# What is never a name misspelled: "entire" is no centre.
PLAIN: Final = ALL.union(
    *(word for table in (EXCLUDING, EXCLUDED, INCLUDED, INCLUDING, REST) for phrases in table.values() for word in phrases)
)


def phrase_at(table: Phrases, words: Sequence[Spoken], position: int) -> int:
    """Return the number of words of the longest phrase of the table at a position, 0 if there is none."""
    for phrase in table.get(words[position].key, ()):
        if len(phrase) == 1 or tuple(word.key for word in words[position : position + len(phrase)]) == phrase:
            return len(phrase)
    return 0
