"""Titles and prices of the items of Online Retail: item_contents.py online-retail.csv.gz online-retail-items.csv.gz > FILE

Prints a line for each item of the split: its number, its most frequent description, and the median of its prices, separated by
tabs.
"""

import collections
import csv
import gzip
import statistics
import sys


def main(events, items):
    titles, prices = collections.defaultdict(collections.Counter), collections.defaultdict(list)
    with gzip.open(events, "rt", encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if float(row["UnitPrice"]) > 0 and row["CustomerID"]:
                titles[row["StockCode"]][" ".join(row["Description"].split())] += 1
                prices[row["StockCode"]].append(float(row["UnitPrice"]))
    with gzip.open(items, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        for number, code in rows:
            title = max(titles[code].items(), key=lambda entry: (entry[1], entry[0]), default=("", 0))[0]
            price = statistics.median(prices[code]) if prices[code] else ""
            print(number, title, price, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
