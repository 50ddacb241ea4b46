//! The price file: read as a whole or refused with line and column.

use std::ops::Range;
use std::path::{Path, PathBuf};

use contract::usage::Money;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::table::usage::Sum;

/// The commented file that is written where there is none. It holds no price.
pub const EXAMPLE: &str = include_str!("prices.toml");
/// Its name in the config folder.
pub const FILE: &str = "prices.toml";

/// Why the prices were not taken.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    #[error("{} cannot be read. Check that you may read it.", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// It is no TOML, or says something that is not known.
    #[error("{}, line {line}, column {column}: {message}.", path.display())]
    Wrong { path: PathBuf, line: usize, column: usize, message: String },
}

/// What models cost.
#[derive(Debug, Default)]
pub struct Prices {
    price: Vec<Price>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    price: Vec<Price>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    model: Spanned<String>,
    node: Option<String>,
    since: Option<Spanned<String>>,
    #[serde(default = "dollar")]
    currency: String,
    input: Spanned<f64>,
    output: Spanned<f64>,
    cache_read: Option<Spanned<f64>>,
    cache_write: Option<Spanned<f64>>,
}

fn dollar() -> String {
    "USD".to_owned()
}

impl Prices {
    /// Reads the file; where there is none, the commented one is written, which holds no price.
    ///
    /// # Errors
    /// It cannot be read, or says something that is not understood.
    pub fn open(path: &Path) -> Result<Prices, PriceError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Prices::parse(path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if let Err(error) = std::fs::write(path, EXAMPLE) {
                    tracing::info!(%error, "no file of prices is there, and none can be written");
                }
                Ok(Prices::default())
            }
            Err(source) => Err(PriceError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Reads a text as the file of that name.
    ///
    /// # Errors
    /// It says something that is not understood.
    pub fn parse(path: &Path, text: &str) -> Result<Prices, PriceError> {
        let source = Source { path, text };
        let file: File = toml::from_str(text).map_err(|error| {
            let message = error.message().trim_end().replace('\n', ", ");
            source.wrong(error.span().unwrap_or_default(), message)
        })?;
        file.price.iter().try_for_each(|price| source.check(price))?;
        Ok(Prices { price: file.price })
    }

    /// What these runs cost; `None` when nobody knows.
    pub fn cost(&self, sum: &Sum) -> Option<Money> {
        let model = sum.model.as_deref().filter(|_| sum.counted)?;
        let fits = |price: &&Price| {
            let node = price.node.as_deref();
            matches(price.model.get_ref(), model)
                && node.is_none_or(|node| node == sum.node || node.eq_ignore_ascii_case(&sum.name))
                && price.since().is_none_or(|since| since <= sum.day.as_str())
        };
        // The first of the latest: `max_by` would take the last.
        let price = self
            .price
            .iter()
            .filter(fits)
            .reduce(|best, next| if next.since() > best.since() { next } else { best })?;
        Some(Money { currency: price.currency.clone(), amount: price.amount(sum) })
    }
}

impl Price {
    fn since(&self) -> Option<&str> {
        self.since.as_ref().map(|since| since.get_ref().as_str())
    }

    fn amount(&self, sum: &Sum) -> f64 {
        let t = sum.tokens;
        let input = *self.input.get_ref();
        let or_input = |price: &Option<Spanned<f64>>| price.as_ref().map_or(input, |price| *price.get_ref());
        let fresh = t.input.saturating_sub(t.cache_read).saturating_sub(t.cache_write);
        let parts = [
            (fresh, input),
            (t.cache_read, or_input(&self.cache_read)),
            (t.cache_write, or_input(&self.cache_write)),
            (t.output, *self.output.get_ref()),
        ];
        parts.iter().map(|(tokens, price)| *tokens as f64 * price / 1_000_000.0).sum()
    }
}

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn check(&self, price: &Price) -> Result<(), PriceError> {
        let known = [Some(&price.input), Some(&price.output), price.cache_read.as_ref(), price.cache_write.as_ref()];
        if let Some(wrong) =
            known.into_iter().flatten().find(|price| !price.get_ref().is_finite() || *price.get_ref() < 0.0)
        {
            return Err(self.wrong(wrong.span(), "a price is a number from 0, for a million tokens".to_owned()));
        }
        if price.model.get_ref().trim().is_empty() {
            return Err(self.wrong(price.model.span(), "the model needs a name; `*` stands for anything".to_owned()));
        }
        match &price.since {
            Some(since) if since.get_ref().parse::<Date>().is_err() || since.get_ref().len() != 10 => {
                Err(self.wrong(since.span(), "`since` is a day, like \"2026-11-01\"".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Line and column count from 1, the column in characters.
    fn wrong(&self, span: Range<usize>, message: String) -> PriceError {
        let before = self.text.get(..span.start.min(self.text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        PriceError::Wrong {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
        }
    }
}

/// `*` stands for anything.
fn matches(pattern: &str, model: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| model.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some(at) = rest.find(before) else { return false };
            rest = &rest[at + before.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::usage::Tokens;

    fn sum(model: &str, day: &str) -> Sum {
        Sum {
            node: "n1".into(),
            name: "Homelab".into(),
            agent: None,
            session: None,
            model: Some(model.into()),
            day: day.into(),
            counted: true,
            runs: 1,
            tokens: Tokens { input: 1_000_000, cache_read: 400_000, cache_write: 100_000, output: 500_000 },
        }
    }

    fn prices(text: &str) -> Prices {
        Prices::parse(Path::new("prices.toml"), text).unwrap()
    }

    fn amount(prices: &Prices, sum: &Sum) -> Option<f64> {
        prices.cost(sum).map(|money| (money.amount * 1_000.0).round() / 1_000.0)
    }

    #[test]
    fn the_file_that_is_shipped_is_read_and_knows_no_price() {
        assert_eq!(amount(&prices(EXAMPLE), &sum("some-model-1", "2026-11-21")), None);
        // What its comments show works as it stands.
        let shown: String = EXAMPLE
            .lines()
            .skip_while(|line| !line.contains("[[price]]"))
            .map(|line| format!("{}\n", &line[2..]))
            .collect();
        assert_eq!(amount(&prices(&shown), &sum("some-model-1", "2026-11-21")), Some(9.495));
    }

    #[test]
    fn the_latest_price_that_fits_counts_and_none_that_does_not() {
        let known = prices(
            "[[price]]\nmodel = \"a*\"\ninput = 1\noutput = 0\n\
             [[price]]\nmodel = \"a*\"\nsince = \"2026-06-01\"\ninput = 2\noutput = 0\ncurrency = \"EUR\"\n\
             [[price]]\nmodel = \"b\"\nnode = \"homelab\"\ninput = 0\noutput = 0\n",
        );
        assert_eq!(amount(&known, &sum("a-1", "2026-05-31")), Some(1.0));
        assert_eq!(known.cost(&sum("a-1", "2026-06-01")).unwrap().currency, "EUR");
        assert_eq!(amount(&known, &sum("b", "2026-06-01")), Some(0.0), "free is a price");
        assert_eq!(known.cost(&Sum { name: "another".into(), ..sum("b", "2026-06-01") }), None);
        assert_eq!(amount(&known, &sum("c", "2026-06-01")), None);
        assert_eq!(amount(&known, &Sum { counted: false, ..sum("a-1", "2026-05-31") }), None, "nobody counted");
        assert_eq!(amount(&known, &Sum { model: None, ..sum("a-1", "2026-05-31") }), None);
    }

    #[test]
    fn a_pattern_fits_whole_names() {
        for (pattern, name, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("*opus*", "claude-opus-4", true),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_wrong_is_placed() {
        for (text, line, column, says) in [
            ("[[price]]\nmodle = \"a\"\n", 2, 1, "unknown field"),
            ("[[price]]\nmodel = \"a\"\ninput = -1\noutput = 1\n", 3, 9, "from 0"),
            ("[[price]]\nmodel = \"a\"\ninput = 1\noutput = nan\n", 4, 10, "from 0"),
            ("[[price]]\nmodel = \"a\"\nsince = \"June\"\ninput = 1\noutput = 1\n", 3, 9, "2026-11-01"),
            ("[[price]]\nmodel = \"a\"\ninput = \"x\"\n", 3, 9, "invalid type"),
            ("[[price\n", 1, 8, ""),
            ("[[price]]\nmodel = \"a\"\n", 1, 1, "missing field"),
        ] {
            let error = Prices::parse(Path::new("prices.toml"), text).unwrap_err();
            let PriceError::Wrong { line: l, column: c, message, .. } = &error else { panic!("{error}") };
            assert_eq!((*l, *c), (line, column), "{error}");
            assert!(message.contains(says), "{error}");
        }
    }
}
