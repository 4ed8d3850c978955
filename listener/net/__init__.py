"""The only way out to addresses that others chose: guarded, bounded, honest."""
