"""What a reader sees: tables, figures, the ledger, the paper, cards and the record of a run."""
