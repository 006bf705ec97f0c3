//! Reports that are delivered by themselves (R80): which, how often, to whom.
