"""What a recording knows before it is played: columns about each interaction, whose words its names are, its epochs."""

__all__: list[str] = []
