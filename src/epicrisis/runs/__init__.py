"""Many reports: the executor, the store that resumes, the manifest, and runs to read back."""
