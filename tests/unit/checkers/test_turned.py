"""What may not pass for its opposite: a place for the storm that strikes it, a deed for its denial."""

import pytest

STORM = (
    "Cyclone Agda swept through southern Morrin on Tuesday night, tearing roofs from houses and drowning two fishermen."
    " Agda flooded half of Port Selk and cut southern Morrin off from the capital."
)
FIRE = (
    "A forest fire that broke out near Lake Orsa on Friday has destroyed 30 cabins in the Brenn valley. The fire spread"
    " into the Brenn valley overnight, and 400 villagers left their homes. The fire chief praised her crews."
)
QUAKE = (
    "An earthquake struck the island of Tavo early on Monday, killing at least nine people and damaging the hospital."
    " Tavo's hospital was evacuated, and patients were treated in tents."
)
OWNED = (
    "The council of Arlen owns the Tolbooth bridge, it said on Monday. Its lawyers have the deeds. The rail company"
    " Linna, which does not run trains there any more, has not commented."
)


@pytest.mark.parametrize(
    ("article", "true", "exchanged"),
    [
        (STORM, "Two fishermen drown after Cyclone Agda batters southern Morrin",
         "Two fishermen drown after southern Morrin batters Cyclone Agda"),
        (STORM, "Cyclone Agda pounds southern Morrin", "Southern Morrin pounds Cyclone Agda"),
        (FIRE, "Fire ravages Brenn valley, destroying 30 cabins", "Brenn valley ravages fire, destroying 30 cabins"),
        (FIRE, "Villagers flee as fire sweeps Brenn valley", "Villagers flee as Brenn valley sweeps fire"),
        (QUAKE, "Earthquake rocks Tavo, killing at least nine", "Tavo rocks earthquake, killing at least nine"),
        (QUAKE, "Hospital damaged as earthquake shakes Tavo", "Hospital damaged as Tavo shakes earthquake"),
    ],
)  # fmt: skip
def test_a_place_that_strikes_a_force_of_nature_is_contradicted(judged, article, true, exchanged):
    assert judged(article, true).label == "supported", judged(article, true).reason
    told = judged(article, exchanged)
    assert (told.label, told.errors[:1]) == ("contradicted", ("roles",)), told.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [(STORM, "Southern Morrin weathers Cyclone Agda"), (FIRE, "Brenn valley battles fire"),
     (FIRE, "Villagers flee fire")],
)  # fmt: skip
def test_who_withstands_a_force_does_not_strike_it(judged, article, text):
    assert judged(article, text).label != "contradicted", judged(article, text).reason


def test_a_denial_of_owning_is_borne_out_by_no_other_denial(judged):
    assert judged(OWNED, "Arlen council says it owns Tolbooth bridge").label == "supported"
    assert judged(OWNED, "Arlen council says it does not own Tolbooth bridge").label != "supported"


TAPES = (
    "It is not illegal to erase the tapes, the council's lawyer said. The mayor did not hear her name on the erased"
    " tapes of the council. The council erased the tapes on Monday, in front of reporters."
)


@pytest.mark.parametrize("text", ["Council does not erase tapes", "Council's tapes not erased"])
def test_a_deed_that_is_only_judged_or_done_before_is_not_denied(judged, text):
    assert judged(TAPES, text).label != "supported"


def test_what_was_not_possible_is_denied(judged):
    told = "It was not possible to erase the tapes, the council of Arlen said on Monday. The tapes are kept in a vault."
    assert judged(told, "Council does not erase tapes").label == "supported"


def test_a_doer_that_a_clause_only_takes_over_turns_nothing(judged):
    told = (
        "Why did Amazon wait until Biden's inauguration to offer help with vaccines? The offer was made on Wednesday."
    )
    assert judged(told, "Amazon offers Biden help").label != "contradicted"
