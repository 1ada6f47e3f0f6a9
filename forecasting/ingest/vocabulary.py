"""stub"""
def expected_kind(name: str) -> str | None:
    return None
