"""The DRAGON challenge: its files read and written, its tasks answered, its metrics computed.

Source of the challenge: Bosma et al., The DRAGON benchmark for clinical NLP, npj Digital Medicine 2025;8:289.
"""
