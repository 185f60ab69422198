"""Tests that do not need a running Spark."""

import argparse
import unittest
from datetime import datetime, timezone

from rates import moment, part_folder
from windows import Sliding, option, seconds, sliding


class Arguments(unittest.TestCase):
    def test_windows_have_a_length_and_a_slide(self) -> None:
        self.assertEqual(sliding("1m/10s,1h"), [Sliding(60, 10), Sliding(3600, 3600)])

    def test_odd_windows_are_refused(self) -> None:
        for text in ("", "1", "1m/2m", "1h/1s", "x/y", "0s", "1m/0s", "-1m"):
            with self.assertRaises(argparse.ArgumentTypeError, msg=text):
                sliding(text)

    def test_an_option_has_a_name_and_a_value(self) -> None:
        self.assertEqual(option("kafka.a=b=c"), ("kafka.a", "b=c"))
        for text in ("", "x", "=y"):
            with self.assertRaises(argparse.ArgumentTypeError, msg=text):
                option(text)

    def test_durations_are_seconds(self) -> None:
        self.assertEqual([seconds(text) for text in ("90s", "5m", "1h", "2d")], [90, 300, 3600, 172_800])

    def test_a_moment_is_utc_unless_it_says_otherwise(self) -> None:
        noon = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
        for text in ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00", "2026-01-31T13:00:00+01:00"):
            self.assertEqual(moment(text), noon)
        with self.assertRaises(argparse.ArgumentTypeError):
            moment("yesterday")


class Folders(unittest.TestCase):
    def test_a_site_has_the_folder_that_hit_tracker_gives_it(self) -> None:
        known = {"example.com": "example.com", "::1": "~3a~3a1", "a.": "a~2e", "..": "~2e~2e", "": "~"}
        for site, folder in known.items():
            self.assertEqual(part_folder(site), folder)
        self.assertRegex(part_folder(":" * 200), r"^~~[0-9a-f]{64}$")


if __name__ == "__main__":
    unittest.main()
