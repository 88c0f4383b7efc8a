"""Text around the findings that has nothing to do with them: letterheads, house rules, disclaimers."""

from __future__ import annotations

from random import Random

from epicrisis.extraction.long.blocks import blocks_of

from .choosing import share_of

_NL = (
    "Parkeren kan in de garage op niveau 2, naast de hoofdingang.",
    "De balie is op werkdagen geopend van 8.00 tot 17.00 uur.",
    "Dit bericht is uitsluitend bestemd voor de geadresseerde.",
    "Neem bij een volgend bezoek uw identiteitsbewijs en verzekeringspas mee.",
    "De koffiecorner op de begane grond is elke dag open.",
    "Wijzigingen van adres of telefoonnummer geeft u door aan de inschrijfbalie.",
    "Afspraken kunt u tot 24 uur van tevoren kosteloos verzetten.",
    "Volg vanaf de lift de blauwe borden naar wachtruimte 7.",
    "Het ziekenhuis is rookvrij, ook op het buitenterrein.",
    "Vragen over uw rekening beantwoordt de financiële administratie.",
    "Draadloos internet is gratis; vraag de code aan de vrijwilligers.",
    "Dit document is automatisch aangemaakt en zonder handtekening geldig.",
    "Bezoektijden staan op de website en op de borden bij de ingang.",
    "De busdienst stopt elke 15 minuten voor de poliklinieken.",
)
_EN = (
    "Parking is available in the garage on level 2, next to the main entrance.",
    "The desk is open on weekdays from 8 am to 5 pm.",
    "This message is intended for the addressee only.",
    "Please bring proof of identity and your insurance card to your next visit.",
    "The coffee corner on the ground floor is open every day.",
    "Please report changes of address or telephone number to the registration desk.",
    "Appointments can be moved free of charge up to 24 hours in advance.",
    "From the lift, follow the blue signs to waiting area 7.",
    "The hospital is smoke-free, including the grounds.",
    "Questions about your bill are answered by the accounts department.",
    "Wireless internet is free; ask the volunteers for the code.",
    "This document was made automatically and is valid without a signature.",
    "Visiting hours are on the website and on the boards by the entrance.",
    "The bus stops every 15 minutes in front of the outpatient clinics.",
)
_DE = (
    "Parken ist in der Garage auf Ebene 2 neben dem Haupteingang möglich.",
    "Die Anmeldung ist werktags von 8 bis 17 Uhr geöffnet.",
    "Diese Nachricht ist nur für den Empfänger bestimmt.",
    "Bitte bringen Sie zum nächsten Besuch Ausweis und Versichertenkarte mit.",
    "Die Cafeteria im Erdgeschoss ist täglich geöffnet.",
    "Änderungen von Adresse oder Telefonnummer melden Sie bitte an der Anmeldung.",
    "Termine können bis 24 Stunden vorher kostenfrei verlegt werden.",
    "Folgen Sie vom Aufzug den blauen Schildern zum Wartebereich 7.",
    "Das Krankenhaus ist rauchfrei, auch auf dem Außengelände.",
    "Fragen zur Rechnung beantwortet die Buchhaltung.",
    "Das drahtlose Internet ist kostenlos; den Code kennen die Ehrenamtlichen.",
    "Dieses Dokument wurde automatisch erstellt und ist ohne Unterschrift gültig.",
    "Die Besuchszeiten stehen auf der Webseite und auf den Tafeln am Eingang.",
    "Der Bus hält alle 15 Minuten vor den Ambulanzen.",
)
SENTENCES = {"nl": _NL, "en": _EN, "de": _DE}
_IN_A_PARAGRAPH = 4


def irrelevant_text(text: str, strength: int, rng: Random, language: str = "en") -> str:
    """Sentences about parking, visiting and house rules, with some numbers in them.

    Strength 1: two sentences behind the report. 2: a paragraph before and one behind it. 3: paragraphs
    between its sections too, until the report is twice as long as it was, or longer.
    """
    if not share_of((1.0, 1.0, 1.0), strength):
        return text
    known = list(SENTENCES.get(language[:2].lower(), SENTENCES["en"]))
    rng.shuffle(known)
    if strength == 1:
        return f"{text}\n{' '.join(known[:2])}"
    before, behind = " ".join(known[:_IN_A_PARAGRAPH]), " ".join(known[_IN_A_PARAGRAPH:][:_IN_A_PARAGRAPH])
    if strength == 2:
        return f"{before}\n\n{text}\n\n{behind}"
    blocks = [body for body, _ in blocks_of(text)]
    added = [before, *("" for _ in blocks)]
    count = 1
    while sum(map(len, added)) < len(text) or count < 2:
        start = (count * _IN_A_PARAGRAPH) % len(known)
        paragraph = " ".join((known[start:] + known[:start])[:_IN_A_PARAGRAPH])
        # From the end to the front, and round: one stands behind the report whatever its length.
        place = len(added) - 1 - (count - 1) % len(added)
        added[place] = f"{added[place]} {paragraph}".strip()
        count += 1
    pieces = [added[0]]
    for block, paragraph in zip(blocks, added[1:], strict=True):
        pieces += [block, paragraph]
    return "\n\n".join(piece for piece in pieces if piece)
