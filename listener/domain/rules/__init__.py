"""Rules: what must hold for somebody to be told. One file a type, each a frozen value with a pure decision."""
