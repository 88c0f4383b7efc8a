"""The headings of clinical reports, by what stands below them, in Dutch, English, German and French.

Our own list, made from the usual headings of radiology and pathology reports, letters and discharge
summaries. They are compared without regard to case, accents and umlauts (``Ä`` as ``A``; ``AE`` too).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache


class Role(StrEnum):
    """What a section is for."""

    INDICATION = "indication"  #: why it was asked for, what was known to whoever asked
    HISTORY = "history"  #: what was before
    TECHNIQUE = "technique"
    COMPARISON = "comparison"  #: earlier examinations
    FINDINGS = "findings"
    EXAMINATION = "examination"  #: physical examination
    LABORATORY = "laboratory"
    MEDICATION = "medication"
    COURSE = "course"
    CONCLUSION = "conclusion"
    DIAGNOSIS = "diagnosis"
    ADVICE = "advice"
    ADDENDUM = "addendum"  #: what was added or put right afterwards


#: For each role: Dutch, English, German and French, in this order.
_HEADINGS: dict[Role, str] = {
    Role.INDICATION: """
        klinische gegevens, klinische informatie, klinische inlichtingen, inlichtingen, medische gegevens,
        klinische vraagstelling, klinische vraag, vraagstelling, verwijsvraag, aanvraag, indicatie, reden
        van onderzoek, reden van komst, reden van opname, reden van verwijzing, opnamereden,
        opnamediagnose, verwijsdiagnose, hoofdklacht;
        clinical information, clinical data, clinical details, clinical history, clinical indication,
        clinical question, indication, indications, indication for examination, indication for study,
        reason for exam, reason for examination, reason for study, reason for referral, reason for
        admission, reason for visit, reason for consultation, chief complaint, presenting complaint,
        admission diagnosis, admitting diagnosis, preoperative diagnosis, pre-operative diagnosis,
        referral diagnosis;
        klinische angaben, klinische angabe, klinische daten, klinische information, klinische
        informationen, klinik, fragestellung, klinische fragestellung, indikation, rechtfertigende
        indikation, aufnahmegrund, aufnahmeanlass, anlass, vorstellungsgrund, einweisungsdiagnose,
        aufnahmediagnose, überweisungsdiagnose, angaben zur klinik;
        indication, indications, renseignements cliniques, informations cliniques, données cliniques,
        contexte clinique, contexte, motif, motif d'examen, motif de l'examen, motif d'hospitalisation,
        motif d'admission, motif de consultation, question posée, diagnostic d'entrée;
    """,
    Role.HISTORY: """
        voorgeschiedenis, medische voorgeschiedenis, relevante voorgeschiedenis, anamnese, speciële
        anamnese, tractusanamnese, familieanamnese, sociale anamnese, medicatieanamnese, intoxicaties,
        allergieën, ziektegeschiedenis;
        history, medical history, past medical history, past history, pmh, surgical history, past surgical
        history, oncologic history, family history, social history, history of present illness, hpi,
        allergies, review of systems;
        anamnese, vorgeschichte, eigenanamnese, familienanamnese, fremdanamnese, sozialanamnese,
        medikamentenanamnese, aktuelle anamnese, jetzige anamnese, vordiagnosen, vorerkrankungen,
        allergien, krankheitsgeschichte;
        antécédents, antécédents médicaux, antécédents chirurgicaux, antécédents familiaux, antécédents
        personnels, anamnèse, histoire de la maladie, histoire, mode de vie, allergies;
    """,
    Role.TECHNIQUE: """
        techniek, onderzoekstechniek, methode, protocol, scanprotocol, uitvoering, verrichting, procedure;
        technique, method, methods, procedure, procedures, protocol, examination performed, contrast;
        technik, untersuchungstechnik, methode, methodik, durchführung, protokoll, untersuchung, kontrast;
        technique, technique d'examen, méthode, protocole, procédure, examen réalisé;
    """,
    Role.COMPARISON: """
        vergelijking, vergelijkend onderzoek, ter vergelijking, vergeleken met, eerder onderzoek, eerdere
        onderzoeken, vorig onderzoek, oud onderzoek;
        comparison, comparisons, comparison studies, comparison study, prior studies, prior study,
        previous studies, previous examinations;
        vergleich, zum vergleich, voraufnahme, voraufnahmen, voruntersuchung, voruntersuchungen,
        vorbefund, vorbefunde;
        comparaison, comparatif, examens antérieurs, examen antérieur, examens précédents;
    """,
    Role.FINDINGS: """
        verslag, onderzoeksverslag, radiologisch verslag, bevindingen, bevinding, beschrijving,
        macroscopie, microscopie, macroscopische beschrijving, microscopische beschrijving,
        immunohistochemie, moleculair onderzoek, resultaat, resultaten, uitslag, uitslagen, beeldvorming,
        verslagtekst;
        findings, finding, report, narrative, description, macroscopic description, gross description,
        microscopic description, macroscopy, microscopy, gross, gross examination, microscopic,
        microscopic examination, immunohistochemistry, special stains, result, results, imaging,
        observations, synoptic report, specimen, specimens;
        befund, befunde, befundbericht, befundbeschreibung, bericht, beschreibung, makroskopie,
        mikroskopie, makroskopischer befund, mikroskopischer befund, makroskopische beschreibung,
        mikroskopische beschreibung, immunhistochemie, immunhistologie, ergebnis, ergebnisse, bildgebung,
        radiologischer befund, histologischer befund;
        résultat, résultats, compte rendu, compte-rendu, description, constatations, observations,
        macroscopie, microscopie, examen macroscopique, examen microscopique, immunohistochimie, imagerie;
    """,
    Role.EXAMINATION: """
        lichamelijk onderzoek, onderzoek, aanvullend onderzoek, status praesens, vitale functies;
        physical exam, physical examination, examination, vital signs, vitals, status;
        körperliche untersuchung, körperlicher untersuchungsbefund, untersuchungsbefund, aufnahmebefund,
        klinischer befund, status, aufnahmestatus, vitalzeichen, neurologischer befund, internistischer
        befund;
        examen clinique, examen physique, examens complémentaires, examen neurologique, constantes;
    """,
    Role.LABORATORY: """
        laboratorium, lab, laboratoriumonderzoek, laboratoriumuitslagen, bloedonderzoek;
        laboratory, labs, lab, laboratory data, laboratory results, laboratory findings, pertinent results;
        labor, laborbefund, laborbefunde, laborwerte, labordiagnostik;
        laboratoire, biologie, bilan biologique, examens biologiques;
    """,
    Role.MEDICATION: """
        medicatie, medicatie bij opname, medicatie bij ontslag, thuismedicatie, ontslagmedicatie, huidige
        medicatie, actuele medicatie;
        medication, medications, current medications, home medications, admission medications, medications
        on admission, discharge medication, discharge medications, medications on discharge;
        medikation, aktuelle medikation, hausmedikation, vormedikation, aufnahmemedikation,
        entlassmedikation, entlassungsmedikation, medikation bei aufnahme, medikation bei entlassung;
        traitement, traitements, médicaments, traitement habituel, traitement d'entrée, traitement de
        sortie, traitement à l'entrée, traitement à la sortie, ordonnance de sortie;
    """,
    Role.COURSE: """
        beloop, klinisch beloop, opnamebeloop, beloop tijdens opname, behandeling, bespreking, decursus,
        operatieverslag;
        course, clinical course, hospital course, brief hospital course, treatment, operative report,
        operative findings, postoperative diagnosis, post-operative diagnosis, discussion, comment,
        comments, note;
        verlauf, klinischer verlauf, stationärer verlauf, behandlungsverlauf, therapie, therapie und
        verlauf, epikritischer verlauf, operationsbericht, diskussion, kommentar;
        évolution, évolution clinique, prise en charge, discussion, commentaire, commentaires, compte
        rendu opératoire;
    """,
    Role.CONCLUSION: """
        conclusie, conclusies, eindconclusie, samenvatting, besluit, eindbesluit, beoordeling,
        interpretatie, oordeel, eindoordeel, impressie, epicrise, samengevat;
        impression, impressions, conclusion, conclusions, assessment, interpretation, opinion, summary,
        overall impression, final impression, in summary, bottom line;
        beurteilung, zusammenfassung, zusammenfassende beurteilung, fazit, epikrise, schlussfolgerung,
        bewertung, gesamtbeurteilung, kritischer bericht, kritische beurteilung, zusammenfassend;
        conclusion, conclusions, impression, synthèse, interprétation, au total, en résumé, résumé;
    """,
    Role.DIAGNOSIS: """
        diagnose, diagnosen, diagnoses, hoofddiagnose, einddiagnose, ontslagdiagnose, ontslagdiagnosen,
        diagnose bij ontslag, pathologische diagnose, werkdiagnose;
        diagnosis, diagnoses, final diagnosis, final diagnoses, final pathologic diagnosis, pathologic
        diagnosis, pathological diagnosis, histologic diagnosis, histopathologic diagnosis, discharge
        diagnosis, discharge diagnoses, principal diagnosis, primary diagnosis, diagnostic interpretation;
        diagnose, diagnosen, hauptdiagnose, hauptdiagnosen, entlassdiagnose, entlassungsdiagnose,
        entlassungsdiagnosen, pathologische diagnose, histologische diagnose, enddiagnose, aktuelle
        diagnosen, nebendiagnosen, haupt- und nebendiagnosen, haupt-und nebendiagnosen;
        diagnostic, diagnostics, diagnostic principal, diagnostic de sortie, diagnostic retenu, diagnostic
        final, diagnostic histologique, diagnostic anatomopathologique;
    """,
    Role.ADVICE: """
        advies, adviezen, aanbeveling, aanbevelingen, beleid, vervolgbeleid, plan, afspraken, nazorg;
        recommendation, recommendations, plan, advice, follow-up, follow up, followup, disposition,
        discharge instructions, discharge plan;
        empfehlung, empfehlungen, therapieempfehlung, procedere, prozedere, weiteres procedere, weiteres
        vorgehen, therapievorschlag;
        recommandation, recommandations, conduite à tenir, conseils, suivi, projet thérapeutique;
    """,
    Role.ADDENDUM: """
        addendum, aanvulling, aanvullend verslag, correctie, erratum;
        addendum, addenda, amendment, amended report, corrected report, correction;
        addendum, nachtrag, nachbefund, nachbericht, ergänzung, ergänzender befund, korrektur;
        addendum, complément, compte rendu complémentaire, rectificatif, correction;
    """,
}
#: Too common to be known by among other words ("Klinik für Onkologie").
_ALONE = """
    klinik status note notes report reports contrast onderzoek untersuchung specimen specimens lab labs
    labor gross kontrast procedure procedures methode method methods plan histoire history contexte
    context anlass motif course treatment behandeling therapie traitement traitements description result
    results resultaat imaging aanvraag suivi bericht narrative microscopic diagnostic uitvoering
    vergelijking vergleich comparison
"""
#: Words that give a heading over to an earlier examination: "Conclusie vorige MRI" concludes nothing.
_EARLIER = """
    vorig vorige eerder eerdere oud oude previous prior earlier old outside früher frühere früherer
    vorheriger vorherige alter alte alten antérieur antérieure antérieurs précédent précédente ancien
    ancienne
"""
_AND = re.compile(r"\s*(?:[/&+,]|\s(?:en|and|und|et|y)\s)\s*")
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
#: Which role a heading of two has: "Conclusie en advies" concludes.
_STRONGEST = (Role.ADDENDUM, Role.CONCLUSION, Role.DIAGNOSIS)


def role_of(heading: str, *, known_whole: bool = False) -> Role | None:
    """The role that a heading such as ``Klinische gegevens / vraagstelling`` gives its section.

    A listed heading may have up to three more words, before or behind it ("Conclusie MRI mamma"); with
    ``known_whole`` it may not. ``None`` if it is not listed. A heading that speaks of an earlier examination
    has the role ``comparison``, whatever else it says.
    """
    folded = fold(heading)
    listed = _listed()
    roles = [listed.get(" ".join(_WORDS.findall(piece))) for piece in _AND.split(folded) if piece]
    whole = listed.get(" ".join(_WORDS.findall(folded)))
    if whole is None and roles and all(roles):
        whole = next((role for role in _STRONGEST if role in roles), roles[0])
    words = _WORDS.findall(folded)
    if whole is None and not known_whole:
        whole = _within(words)
    if whole is not None and not _earlier().isdisjoint(words):
        return Role.COMPARISON
    return whole


def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one)).replace("’", "'")


def _within(words: list[str]) -> Role | None:
    """The role of the longest listed heading that ``words`` begin or end with."""
    listed = _listed()
    for more in range(1, min(4, len(words))):
        for few in (words[:-more], words[more:]):
            phrase = " ".join(few)
            if phrase not in _alone() and (role := listed.get(phrase)) is not None:
                return role
    return None


@cache
def _listed() -> dict[str, Role]:
    listed: dict[str, Role] = {}
    for role, headings in _HEADINGS.items():
        for heading in re.split(r"[,;]\s*", headings.strip().removesuffix(";")):
            for written in (heading, _transcribed(heading)):
                listed.setdefault(" ".join(_WORDS.findall(fold(written))), role)
    return listed


@cache
def _alone() -> frozenset[str]:
    return frozenset(fold(_ALONE).split())


@cache
def _earlier() -> frozenset[str]:
    return frozenset(fold(_EARLIER).split())


def _transcribed(heading: str) -> str:
    """How it is written where there are no umlauts."""
    return heading.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
