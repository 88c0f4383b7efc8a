"""Reviews: reports of a run looked at by people, whose judgements become gold.

``reviews`` makes and lists them, ``choosing`` says which reports come in which order, ``judging`` checks
what a person says against the codebook, ``judgements`` keeps it, ``queue`` gives out reports and knows who
is done with which, ``seeing`` what a person may see, ``desk`` is one report as its reviewer has it.
"""

from .reviews import NewReview, Review, Reviews

__all__ = ["NewReview", "Review", "Reviews"]
