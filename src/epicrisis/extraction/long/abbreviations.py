"""Abbreviations that end in a full stop, as reports in Dutch, English, German and French have them.

Our own list, in lower case. Those with stops inside ("i.v.m.", "z.B.", "d.d.") and single letters are not in
it: they are known by their form.
"""

from __future__ import annotations

_NEVER_LAST = """
    dr drs prof ir mr mevr mw dhr hr ca circa evt bijv bv resp incl excl ivm obv tgv dmv ipv nav igv bdz li re
    vlgs vgl zgn mbt tov tpv pat pt onderz afd tel nr nrs blz pag fig afb tab vs cf gem max min ong verg vnl
    plm dd wv mn oa ea vd vh ihkv rad path ev ivg beh conserv mogel waarsch gr st sr jr ds conf nl afm
    diff diagn uitgebr gecorr ongew overl gespec telef

    nos mrs ms messrs vol approx est esp dept hosp pts hx dx rx tx fx sx etal ie eg viz figs sect spec temp wt
    ht lt rt bilat ant post lat med sup inf prox dist seg ref cont

    bzw zb ggf evtl inkl exkl insb insbes usf sog sogen bzgl bezgl rd etw tgl tägl wö mtl jhrl stdl str hrn fr
    frl habil dipl ing univ doz priv klin allg ausg bes bds bd lks zn zust entspr gg abt abs tbl tabl kps amp
    inj lsg ret übl verd verm vorl wahrsch zul rö sono ap mind komb stat pall mittl histopathol red diab

    mme mmes mlle env pp ex art chap éd av apr pr prs ste tél réf

    aa vv nn lig proc sin dext dex cerv thor lumb sacr caud cran spp var syn sc iv im po
"""
_OFTEN_LAST = """
    etc enz usw al ml cm kg mg ug mcg mmol min sec sek std uur jr jrs mnd wk
"""
#: No sentence ends with these. The lines: Dutch, English, German, French, anatomy and Latin.
NEVER_LAST = frozenset(_NEVER_LAST.split()) - frozenset(_OFTEN_LAST.split())
#: These often end one: it depends on what follows.
OFTEN_LAST = frozenset(_OFTEN_LAST.split())
