"""Output for readers: tables, figures, the ledger, the paper, cards and the record of a run."""
