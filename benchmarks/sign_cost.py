"""What an OAuth 1.0a signature costs by requests-oauthlib: with our kept key beside the stock one.

Run: python benchmarks/sign_cost.py [--calls N] [--json FILE]. Prints a table of CPU milliseconds per
signed request; ratios matter, since machines differ. Needs no server and no network.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests
from requests_oauthlib import OAuth1 as StockOAuth1

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from jira_client.auth import OAuth1
from jira_client.keys import KeyPair, generate_key_pair

URL = (
    "https://jira.example.com/jira/rest/api/2/search?jql=project%20%3D%20A&startAt=0&maxResults=50"
)


def cpu_milliseconds(work: Callable[[], object], calls: int) -> float:
    """CPU time of one call, the best of three rounds."""
    rounds = []
    for _ in range(3):
        started = time.process_time()
        for _ in range(calls):
            work()
        rounds.append((time.process_time() - started) / calls * 1000)
    return min(rounds)


def measured(pair: KeyPair, calls: int) -> tuple[float, float]:
    """(ours, stock) in milliseconds."""
    ours = OAuth1("consumer", pair.private_pem, "token")
    stock = StockOAuth1(
        "consumer",
        resource_owner_key="token",
        signature_method="RSA-SHA1",
        rsa_key=pair.private_pem,
    )

    def sign_stock() -> object:
        return requests.Request("GET", URL, auth=stock).prepare()

    return (
        cpu_milliseconds(lambda: ours.headers("GET", URL), calls),
        cpu_milliseconds(sign_stock, max(5, calls // 20)),
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    print(f"{'bits':>5} {'ours ms':>9} {'stock ms':>9} {'ratio':>7}")
    for bits in (2048, 3072):
        ours, stock = measured(generate_key_pair(bits), options.calls)
        rows.append({"bits": bits, "ours_ms": ours, "stock_ms": stock, "ratio": stock / ours})
        print(f"{bits:>5} {ours:>9.2f} {stock:>9.2f} {stock / ours:>7.1f}")
    if options.json:
        options.json.write_text(json.dumps({"sign_cost": rows}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
