"""What the process of the converter runs: a chart a line in, its SVG a line out.

It is run by its path and imports nothing of ours, so that it works at once.
"""

import json
import sys

import vl_convert


def main() -> None:
    """Answer each line of the input until it ends."""
    for line in sys.stdin.buffer:
        spec, locale = json.loads(line)
        try:
            # No address is allowed: a chart asks nothing from the network.
            svg = vl_convert.vegalite_to_svg(spec, format_locale=locale, allowed_base_urls=[])
        except ValueError as error:
            answer = {"error": str(error)}
        else:
            answer = {"svg": svg}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
