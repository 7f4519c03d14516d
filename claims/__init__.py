"""Article text -> claims: what a government did to a platform, or a platform to its rules, with the sentence that says so."""
