"""Reports that do not fit the context: cut into parts, asked one by one, their answers made one."""

from .lexicon import Role
from .merging import codebook_for_parts, merge
from .part import Part
from .sections import Section, sections
from .sentences import sentences
from .splitting import parts

__all__ = ["Part", "Role", "Section", "codebook_for_parts", "merge", "parts", "sections", "sentences"]
