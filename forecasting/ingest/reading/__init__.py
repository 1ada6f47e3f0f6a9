"""Bytes of any kind -> tables with every cell as text; nothing is understood yet."""
