from datetime import timedelta

import pytest

from agents.reading.site_card import SiteCard
from agents.reading.timing.moments import TimeError
from agents.reading.timing.window import window_of

# It is Tuesday 6 May 2031, 13:00. Tasting 18:00 to 21:30, barrel race tomorrow 10:00 to 12:00, boiler test on the 8th 02:00 to
# 04:00.
WINDOWS = {
    "midnight to five": ("07T00:00", "07T05:00"),
    "2200-0430 tonight": ("06T22:00", "07T04:30"),
    "2200-0430z": ("06T22:00", "07T04:30"),
    "from twenty three thirty to oh four thirty": ("06T23:30", "07T04:30"),
    "between quarter to five and twenty past six tomorrow morning": ("07T04:45", "07T06:20"),
    "in the small hours, one to half past four": ("07T01:00", "07T04:30"),
    "tomorrow, eight till noon": ("07T08:00", "07T12:00"),
    "from 20 to 23": ("06T20:00", "06T23:00"),
    "Wed 7 May 22:00 - Thu 8 May 05:00": ("07T22:00", "08T05:00"),
    "2031-05-07T01:00Z/2031-05-07T02:00Z": ("07T01:00", "07T02:00"),
    "t0: 2031-05-07T07:30Z\nt1: 2031-05-07T18:00Z": ("07T07:30", "07T18:00"),
    "until Thursday noon": ("06T13:00", "08T12:00"),
    "for the next hour and a half": ("06T13:00", "06T14:30"),
    "18 to 20 h": ("06T18:00", "06T20:00"),
    "12 to 14h today": ("06T12:00", "06T14:00"),
    "14-16h": ("06T14:00", "06T16:00"),
    "thru midnight": ("06T13:00", "07T00:00"),
    "until 7:30p.": ("06T13:00", "06T19:30"),
    "until 7p.m.": ("06T13:00", "06T19:00"),
    "until 7:30p": ("06T13:00", "06T19:30"),
    "11:30p - 4a": ("06T23:30", "07T04:00"),
    "tomorrow 10 to 12 in the morning": ("07T10:00", "07T12:00"),
    "from 10 to 12 tonight": ("06T22:00", "07T00:00"),
    "12 to 2 at night": ("07T00:00", "07T02:00"),
    "during the tasting, and not a minute longer": ("06T18:00", "06T21:30"),
    "until 21:00 and not a second more": ("06T13:00", "06T21:00"),
    "1st 30 min of the barrel race": ("07T10:00", "07T10:30"),
    "2nd half of the barrel race": ("07T11:00", "07T12:00"),
    "2h b4 the tasting til it ends": ("06T16:00", "06T21:30"),
    "de minuit à 5 h": ("07T00:00", "07T05:00"),
    "von Mitternacht bis 5 Uhr": ("07T00:00", "07T05:00"),
    "8/5 10:00-12:00": ("08T10:00", "08T12:00"),
    "up to noon tomorrow": ("06T13:00", "07T12:00"),
    "at eight this evening and so until half past eleven": ("06T20:00", "06T23:30"),
    "the day after tomorrow": ("08T00:00", "09T00:00"),
    "90 min before 18:30": ("06T17:00", "06T18:30"),
    "no later than 21:00": ("06T13:00", "06T21:00"),
    "tonight": ("06T18:00", "07T00:00"),
    "overnight": ("06T22:00", "07T06:00"),
    "tomorrow": ("07T00:00", "08T00:00"),
    # a day behind the end is of the end
    "from 23:00 until 06:00 tomorrow": ("06T23:00", "07T06:00"),
    "from 2300Z tonight to 0600Z tomorrow": ("06T23:00", "07T06:00"),
    "from 11 pm to 5 am on Thursday": ("07T23:00", "08T05:00"),
    "from tonight 23:00 to 06:00 on Thursday": ("06T23:00", "08T06:00"),
    "from 10:00 until 12:00 tomorrow": ("07T10:00", "07T12:00"),
    "from 23:00 to 06:00 tomorrow night": ("07T23:00", "08T06:00"),
    "from 23:00 tomorrow until 06:00": ("07T23:00", "08T06:00"),
    # short and other spellings
    "next 90 mins": ("06T13:00", "06T14:30"),
    "for 2 hrs": ("06T13:00", "06T15:00"),
    "from 2200 hours until 0400 hours": ("06T22:00", "07T04:00"),
    "until ten p m": ("06T13:00", "06T22:00"),
    "19h-21h": ("06T19:00", "06T21:00"),
    "in two hours for one hour": ("06T15:00", "06T16:00"),
    "2nite": ("06T18:00", "07T00:00"),
    "2nyt 2330 2 0430": ("06T23:30", "07T04:30"),
    "07.05.2031 10:00 – 07.05.2031 14:00": ("07T10:00", "07T14:00"),
    "from 08.05.2031 00:30 until 08.05.2031 04:30": ("08T00:30", "08T04:30"),
    "durnig the barrel rcae": ("07T10:00", "07T12:00"),
    "through the barrel race": ("07T10:00", "07T12:00"),
    # clocks with "h", digit by digit, and in other words
    "Since 19h30 until 22h30 of today": ("06T19:30", "06T22:30"),
    "from 19h30 to 21h": ("06T19:30", "06T21:00"),
    "Tonight, starting at 19h and finishing at 21h15": ("06T19:00", "06T21:15"),
    "between 19h and 21h": ("06T19:00", "06T21:00"),
    "de 19h à 21h": ("06T19:00", "06T21:00"),
    "from 20h00Z to 22h00Z": ("06T20:00", "06T22:00"),
    "for 2h30": ("06T13:00", "06T15:30"),
    "for 2 hours from 23h": ("06T23:00", "07T01:00"),
    "from 2h before the tasting until 1h after": ("06T16:00", "06T22:30"),
    "2031-05-07T02:00Z/PT45M": ("07T02:00", "07T02:45"),
    "now till two two three zero": ("06T13:00", "06T22:30"),
    "from one nine three zero to two two three zero": ("06T19:30", "06T22:30"),
    "now → 2300": ("06T13:00", "06T23:00"),
    "thru 08/05 06:00": ("06T13:00", "08T06:00"),
    "tot 03:00": ("06T13:00", "07T03:00"),
    "vannacht": ("06T22:00", "07T06:00"),
    "esta noche": ("06T18:00", "07T00:00"),
    "from 23:15 tonight until 05:45 tomorrow": ("06T23:15", "07T05:45"),
    "from 8h to 10h": ("07T08:00", "07T10:00"),
    "entre las 23 y la 1 … between 23:00 and 01:00": ("06T23:00", "07T01:00"),
    "from the start to the end of the barrel race … 10:00 to 12:00": ("07T10:00", "07T12:00"),
    # parts of an event
    "half an hour before the start of the barrel race": ("07T09:30", "07T10:00"),
    "in the second hour of the barrel race": ("07T11:00", "07T12:00"),
    "the final hour of the barrel race": ("07T11:00", "07T12:00"),
    "the opening half hour of the tasting": ("06T18:00", "06T18:30"),
    # events
    "during the beer tasting": ("06T18:00", "06T21:30"),
    "while the tasting lasts": ("06T18:00", "06T21:30"),
    "from the beginning to the end of the barrel race": ("07T10:00", "07T12:00"),
    "until the tasting starts": ("06T13:00", "06T18:00"),
    "before the tasting is over": ("06T13:00", "06T21:30"),
    "until half an hour after the tasting": ("06T13:00", "06T22:00"),
    "from half an hour before the tasting till it ends": ("06T17:30", "06T21:30"),
    "half an hour before the tasting until half an hour after it": ("06T17:30", "06T22:00"),
    "Barrel race: from one hour before the start until the end": ("07T09:00", "07T12:00"),
    "start of the barrel race minus 1 h until its end plus 30 min": ("07T09:00", "07T12:30"),
    "until half an hour after the barrel race, starting when it starts": ("07T10:00", "07T12:30"),
    "between the beer tasting and the barrel race": ("06T21:30", "07T10:00"),
    "between the end of the tasting and the start of the boiler test": ("06T21:30", "08T02:00"),
    "in the two hours before the boiler test": ("08T00:00", "08T02:00"),
    "the first half hour of the tasting": ("06T18:00", "06T18:30"),
    "last hour before the barrel race": ("07T09:00", "07T10:00"),
    "the first hour after the barrel race": ("07T12:00", "07T13:00"),
    "once the barrel race ends, for an hour": ("07T12:00", "07T13:00"),
    "half past three till the tasting is over": ("06T15:30", "06T21:30"),
    "until the boiler test is through": ("06T13:00", "08T04:00"),
    "30 minutes before until 15 minutes after the barrel race": ("07T09:30", "07T12:15"),
    "during and one hour after the barrel race": ("07T10:00", "07T13:00"),
    "second half of the barrel race": ("07T11:00", "07T12:00"),
    "ten minutes either side of the barrel race": ("07T09:50", "07T12:10"),
    "for ninety minutes as of the beginning of the barrel race": ("07T10:00", "07T11:30"),
    "2000z till the tasting closes": ("06T20:00", "06T21:30"),
    "from now until the boiler test starts at two": ("06T13:00", "08T02:00"),
    "after the tasting, till eleven in the evening": ("06T21:30", "06T23:00"),
    "from ten to twelve, as long as the barrel race lasts": ("07T10:00", "07T12:00"),
    "form now til the barel rcae beigns": ("06T13:00", "07T10:00"),
    # halves of the day behind a clock, and twelve in each of them
    "til 7:30p": ("06T13:00", "06T19:30"),
    "10p thru 2a": ("06T22:00", "07T02:00"),
    "11p-5a": ("06T23:00", "07T05:00"),
    "11p to 4:30a": ("06T23:00", "07T04:30"),
    "tomorow 10 to 12 in the mornign": ("07T10:00", "07T12:00"),
    "10 to 12 in the evening": ("06T22:00", "07T00:00"),
    "8 to 12 tonight": ("06T20:00", "07T00:00"),
    "from 10 to 12 at night": ("06T22:00", "07T00:00"),
    "tomorrow from 12 to 4 in the morning": ("07T00:00", "07T04:00"),
    "10 pm to 12 am": ("06T22:00", "07T00:00"),
    # a clock of 24 hours
    "10 till 14 tomorrow": ("07T10:00", "07T14:00"),
    "tomorrow 12 to 14h": ("07T12:00", "07T14:00"),
    "de 23h à 5h": ("06T23:00", "07T05:00"),
    # until what was named, and soon after it
    "21:00 … Until then": ("06T13:00", "06T21:00"),
    "now + 4 h": ("06T13:00", "06T17:00"),
    "in the coming hour": ("06T13:00", "06T14:00"),
    "from the beginning of the tasting till quarter past eight": ("06T18:00", "06T20:15"),
    "after the end of the tasting at half past nine until half past eleven": ("06T21:30", "06T23:30"),
    "until the tasting is on at six": ("06T13:00", "06T18:00"),
    "while the tasting is on, and not a minute longer": ("06T18:00", "06T21:30"),
    "as long as the tasting is not over": ("06T13:00", "06T21:30"),
    "durring teh barel rcae": ("07T10:00", "07T12:00"),
    "this arvo": ("06T13:00", "06T18:00"),
    "on Saturday and Sunday": ("10T00:00", "12T00:00"),
    # a part of the day beside one of the two times
    "from 6 tomorrow morning until 1 pm": ("07T06:00", "07T13:00"),
    "form 6 tmorrow mornng untl 1 pm": ("07T06:00", "07T13:00"),
    "from half past five tomorrow morning until one in the afternoon": ("07T05:30", "07T13:00"),
    "from half past five until one in the afternoon tomorrow": ("07T05:30", "07T13:00"),
    "from 6 on Thursday morning until noon": ("08T06:00", "08T12:00"),
    "from 9 till 1 pm tomorrow": ("07T09:00", "07T13:00"),
    "from 9 to 7 in the evening tomorrow": ("07T09:00", "07T19:00"),
    "from 11 to 5 in the morning": ("06T23:00", "07T05:00"),
    "from 6 to 8 in the evening": ("06T18:00", "06T20:00"),
    "until six this evening": ("06T13:00", "06T18:00"),
    "starting at 5.40 tomorrow morning and for two and a quarter hours": ("07T05:40", "07T07:55"),
    # it begins right now
    "from 13:00 to 15:00": ("06T13:00", "06T15:00"),
    # an event that goes on
    "as long as the barrel race goes on": ("07T10:00", "07T12:00"),
    "tomorrow, as long as the barrel race is on": ("07T10:00", "07T12:00"),
    "for as long as the tasting lasts": ("06T18:00", "06T21:30"),
    "as long as the tasting is being held": ("06T18:00", "06T21:30"),
    "as long as there is a tasting": ("06T18:00", "06T21:30"),
    "until the tasting is closed": ("06T13:00", "06T21:30"),
    "under the barrel race": ("07T10:00", "07T12:00"),
    "under beer tastingen": ("06T18:00", "06T21:30"),
    # short spellings of hours and halves of them
    "hr before the barrel race": ("07T09:00", "07T10:00"),
    "from hour before the barrel race until it ends": ("07T09:00", "07T12:00"),
    "1st half hr of the barrel race": ("07T10:00", "07T10:30"),
    "1/2 hr before the barrel race": ("07T09:30", "07T10:00"),
    "½ h before the barrel race": ("07T09:30", "07T10:00"),
    "00-04h": ("07T00:00", "07T04:00"),
    # dates with the year last, and no other day within two months
    "08-05-2031 08:00 – 08-05-2031 16:30": ("08T08:00", "08T16:30"),
    "08/05/2031 00:30 until 04:30": ("08T00:30", "08T04:30"),
    "28-05-2031": ("28T00:00", "29T00:00"),
    # the whole of the night, in both cases, of tomorrow
    "the whole night": ("06T22:00", "07T06:00"),
    "all night long": ("06T22:00", "07T06:00"),
    "over nigth": ("06T22:00", "07T06:00"),
    "über Nacht": ("06T22:00", "07T06:00"),
    "overnight in both cases": ("06T22:00", "07T06:00"),
    "overnight from one to four": ("07T01:00", "07T04:00"),
    "heute Nacht von 1 bis 4 Uhr": ("07T01:00", "07T04:00"),
    "for the duration of tomorrow": ("07T00:00", "08T00:00"),
    # it begins later than now
    "half an hour from now until fourteen hundred": ("06T13:30", "06T14:00"),
    "in half an hour, until 16:00": ("06T13:30", "06T16:00"),
    "an hour from now for two hours": ("06T14:00", "06T16:00"),
    "for two hours from now": ("06T13:00", "06T15:00"),
    "between now and 8 pm": ("06T13:00", "06T20:00"),
    "between now and the tasting": ("06T13:00", "06T18:00"),
    "<20:00": ("06T13:00", "06T20:00"),
    "≤ 8 pm": ("06T13:00", "06T20:00"),
    # it only points back
    "tonight … meanwhile": ("06T18:00", "07T00:00"),
    "in the meantime … until 22:00": ("06T13:00", "06T22:00"),
    # nobody says so of a clock of 24 hours, and it is soon
    "till half past three": ("06T13:00", "06T15:30"),
    "as soon as the tasting is over and for the two hours thereafter": ("06T21:30", "06T23:30"),
}


@pytest.mark.parametrize("phrase", WINDOWS)
def test_a_time_is_the_window_that_its_words_name(phrase: str, card: SiteCard):
    start, end = window_of(phrase, card)
    assert (f"{start:%dT%H:%M}", f"{end:%dT%H:%M}") == WINDOWS[phrase]


@pytest.mark.parametrize(
    "phrase",
    [
        "from 8 to 10",
        "at night",
        "after the tasting",
        "from the start of the tasting",
        "at five",
        "until 7:30 p",
        "until 7:30x",
        "from 12 in the morning to 3",
        "from 10 to 12 pm",
        "5 to 8 tonight",
        "from 12 to 8 tonight",
        "5 to 12 at night",
        "2-4h",
        "during the tasting on Thursday",
        "until the tasting starts at seven",
        "on Wednesday and on Friday",
        "from 2031-02-30T10:00Z until 2031-03-01T10:00Z",
        "from 2031-05-06T10:00Z until 2031-05-06T11:00Z",
        "soon",
        "Thursday and Friday 0900-1100",
        "from Thursday until Friday noon",
        "from tomorrow",
        "next Tuesday",
        "tonight and tomorrow night",
        "not before 21:00",
        "until the barrel race or 11:00",
        "before and during the barrel race",
        "the evening before the barrel race",
        "only if the barrel race takes place",
        "until eight",
        "till tomorrow evening",
        "tonight until 22:00",
        "till kick-off tonight",
        "until six this evening; after seven as you like",
        "10:00, 12:00 and 14:00",
        "outside the tasting",
        "not during the tasting",
        "until the barrel race is cancelled",
        "8/7 10:00-12:00",
        "from 19:30 until it ends",
        "from 19:30 until they are done",
        "19:30 until the end",
        "till the end of the day from 20:00",
        "once it ends, for an hour",
        "after it, until 23:00",
        "next two hours for one hour",
        "daily 22-06",
        "from 1900 to 2100 every day",
        "20:00 CET to 22:00 CET",
        "20:00+02:00 to 22:00+02:00",
        "20:00 ± 10 min",
        "until 15 after the tasting",
        "15 before to 15 after the tasting",
        # near to an event, or on either side of it
        "by the tasting",
        "since the tasting",
        "from the tasting on",
        "as of the tasting",
        "around the tasting",
        "past the tasting",
        # the beginning or the end of a day, noon or midnight
        "until tomorrow",
        "until Friday",
        "until 12 in the morning",
        "10 to 12 am tomorrow",
        "10 to 23",
        "on Friday and Sunday",
        # without an end
        "00:00-05:00 … until further notice",
        "from 21:00 … until then",
        "unless the tasting",
        "from 20:00 yesterday to 22:00 today",
        "until the tasting tomorrow",
        "from 09:00 until 06:00 tomorrow",
        "for two hours until 22:00",
        "19 hours, 21:15",
        "the third quarter of the barrel race",
        "the middle of the barrel race",
        "the last quarter of the barrel race",
        "at half time of the barrel race",
        "the third hour of the barrel race",
        "the first and the last hour of the tasting",
        "during the game",
        "from 19:00 to 21:00 … from 19:00 to 22:00",
        # other clocks
        "19:00-21:00 local time",
        "19:00 to 21:00 local",
        "19:00-21:00 GST",
        "19:00-21:00 SAST",
        "1900L-2100L",
        "19:00-21:00 UTC+2",
        "19:00-21:00 Berlin time",
        # what recurs, or was
        "on tasting days",
        "all the Saturdays of the tasting",
        "every tasting",
        "on Saturdays",
        "last home tasting",
        "until ten this morning",
        "this morning",
        # another event of the kind
        "the next tasting of the women",
        "during the women's tasting",
        # hours that no calendar has
        "during the opening hours of the town hall",
        "tomorrow during office hours",
        "during business hours",
        # on Friday there is no race
        "on Friday, as long as the barrel race is on",
        "as long as the barrel race has not started",
        "from 9 pm today until one hour after midnight",
        # words of other languages that shift it
        "nach dem tasting bis Mitternacht",
        # hours and bits that are no duration
        "happy hour before the barrel race",
        "the second hour before the barrel race",
        "a bit before the barrel race",
        "overnight from 8 to 10",
        "until half past ten",
        "this night",
        "between now and then",
        "< 20",
        "> 20:00",
        "meanwhile",
        # day and month can be exchanged, or are both far
        "07-05-2031",
        "06/05/2031 18:00 until 06/05/2031 20:00 … 06-07-2031",
        "12-11-2031 08:00 - 10:00",
        "two hours from now",
        "for two hours from now until 22:00",
    ],
)
def test_a_time_that_can_be_another_is_not_guessed(phrase: str, card: SiteCard):
    with pytest.raises(TimeError):
        window_of(phrase, card)


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("this afternoon", "06T13:00", "06T18:00"),
        ("rest of the day", "06T13:00", "07T00:00"),
        ("for the rest of today", "06T13:00", "07T00:00"),
        ("01-05", "07T01:00", "07T05:00"),
        ("bitte während des beer tasting", "06T18:00", "06T21:30"),
    ],
)
def test_a_window_that_can_be_no_other_is_not_asked_about(phrase: str, start: str, end: str, card: SiteCard):
    assert [f"{moment:%dT%H:%M}" for moment in window_of(phrase, card)] == [start, end]


def test_a_match_in_the_genitive_is_the_match(card: SiteCard):
    match = card.events[0].changed(name="match")
    games = card.changed(events=(match, *card.events[1:]))
    assert window_of("bitte während des Spiels", games) == (match.start, match.end)
    with pytest.raises(TimeError):
        window_of("während des Spiels und eine Stunde danach", games)


def test_hours_that_the_calendar_has_are_an_event(card: SiteCard):
    visiting = card.events[0].changed(name="visiting hours")
    house = card.changed(events=(visiting, *card.events[1:]))
    assert window_of("during visiting hours", house) == (visiting.start, visiting.end)
    assert window_of("in the last hour of visiting", house) == (visiting.end - timedelta(hours=1), visiting.end)
    for phrase in ("during opening hours", "the visiting hours of the museum"):
        with pytest.raises(TimeError):
            window_of(phrase, house)


def test_they_play_while_the_only_game_is_on(card: SiteCard):
    match = card.events[0].changed(name="match")
    games = card.changed(events=(match, *card.events[1:]))
    assert window_of("while they play", games) == (match.start, match.end)
    for phrase, where in (("while they play cards", games), ("while they play", card)):
        with pytest.raises(TimeError):
            window_of(phrase, where)


def test_a_game_is_the_only_event_that_is_one(card: SiteCard):
    match = card.events[0].changed(name="derby match")
    games = card.changed(events=(match, *card.events[1:]))
    assert window_of("while the game is being played", games) == (match.start, match.end)
    assert window_of("from kick-off to the final whistle", games) == (match.start, match.end)
    assert window_of("till kick-off tonight", games) == (card.now, match.start)
    assert window_of("kickoff to final whistle of the match", games) == (match.start, match.end)
    assert window_of("durring the mach", games) == (match.start, match.end)
    two = games.changed(
        events=(*games.events, match.changed(name="charity game", start=card.events[1].start, end=card.events[1].end))
    )
    with pytest.raises(TimeError):
        window_of("during the fixture", two)


def test_the_only_planned_event_needs_no_name_and_one_of_several_does(card: SiteCard):
    alone = card.changed(events=card.events[:1])
    assert window_of("during tonight's event", alone) == (alone.events[0].start, alone.events[0].end)
    with pytest.raises(TimeError):
        window_of("during the event", card)
