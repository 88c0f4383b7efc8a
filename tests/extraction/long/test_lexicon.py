"""Which role a heading gives its section."""

from __future__ import annotations

import pytest

from epicrisis.extraction.long.lexicon import Role, role_of


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("CONCLUSIE", Role.CONCLUSION),
        ("Klinische gegevens", Role.INDICATION),
        ("Impression", Role.CONCLUSION),
        ("Past Medical History", Role.HISTORY),
        ("Beurteilung", Role.CONCLUSION),
        ("Körperliche Untersuchung", Role.EXAMINATION),
        ("Koerperliche Untersuchung", Role.EXAMINATION),
        ("KÖRPERLICHE UNTERSUCHUNG", Role.EXAMINATION),
        ("Synthèse", Role.CONCLUSION),
        ("SYNTHESE", Role.CONCLUSION),
        ("Conduite à tenir", Role.ADVICE),
        ("Motif de l’examen", Role.INDICATION),
        ("Conclusie en advies", Role.CONCLUSION),
        ("Klinische gegevens / vraagstelling", Role.INDICATION),
        ("Assessment & Plan", Role.CONCLUSION),
        ("Empfehlung und Beurteilung", Role.CONCLUSION),
        ("Conclusie MRI mamma", Role.CONCLUSION),
        ("Voorlopige conclusie", Role.CONCLUSION),
        ("Haupt- und Nebendiagnosen", Role.DIAGNOSIS),
        ("Vorige conclusie", Role.COMPARISON),
        ("Conclusion of prior MRI", Role.COMPARISON),
        ("Frühere Befunde", Role.COMPARISON),
        ("Klinik für Onkologie", None),
        ("Zeventien", None),
        ("", None),
    ],
)
def test_roles(heading: str, role: Role | None) -> None:
    assert role_of(heading) is role


def test_known_whole_takes_no_other_words() -> None:
    assert role_of("Conclusie MRI mamma", known_whole=True) is None
    assert role_of("Conclusie", known_whole=True) is Role.CONCLUSION
