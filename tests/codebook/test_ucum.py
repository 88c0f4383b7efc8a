"""Codes of UCUM as units."""

from __future__ import annotations

import re

import pytest

from epicrisis.codebook.ucum import definitions
from epicrisis.codebook.units import convert, measure

#: Codes that laboratories and registries use.
COMMON = """
    % /uL 10*12/L 10*3/uL 10*6/uL 10*9/L Cel U/L [degF] [diop] [in_i] [iU]/L [iU]/mL [lb_av] /[HPF] /[LPF]
    a cm cm2 cm3 cm[H2O] d dL deg eq/L fL g g/L g/dL g/kg h kBq kPa kU/L k[iU]/L kcal/d kg kg/m2 L L/min
    m m/s mBq meq/L mg mg/d mg/dL mg/g mg/kg mg/kg/h mGy mGy.cm min mL mL/min mL/kg/h mm mm/h mm[Hg] mmol/L
    mmol/mol mo mosm/kg ms mS mU/L m[iU]/L mg/{total} {cells}/uL {beats}/min {breaths}/min ng/dL ng/L ng/mL
    ng/(mL.h) nkat/L nmol/L nmol/min/mg pg pg/mL pmol/L ppm s t u uL ug ug/dL ug/L ug/g ukat/L um um3
    umol/L umol/min wk [arb'U]/mL [CFU]/mL mm2 mm3 MBq mCi Gy cGy mSv [hnsf'U] [CCID_50] [drp]
"""


@pytest.mark.parametrize("code", COMMON.split())
def test_common_codes_can_be_converted(code: str) -> None:
    assert convert(1.0, code, "cd") is None
    if code not in ("Cel", "[degF]"):  # their zero is not nothing
        assert measure(code) is not None


def test_arbitrary_units_are_amounts_of_their_own() -> None:
    lines = list(definitions())
    assert "international_unit = [international_unit] = _ = i.U. = IU = iU" in lines
    assert not any(re.match(r"\w+ = 1( = |$)", line) for line in lines)
    assert not any(line.startswith("equivalents") for line in lines)
    assert "_10 = 10" in lines
