"""What turns messages into tokens: embedded llama.cpp, OpenAI-compatible servers, and scripts.

Import from the modules; nothing is loaded here, so that the command line starts fast.
"""
