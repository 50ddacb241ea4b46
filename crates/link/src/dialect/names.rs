//! Names that a gateway lists by the hundred (its methods), kept in one text instead of one each.

use serde::{Deserialize, Deserializer};

use super::fields::Value;
use super::lax::{Raw, Text, list};
use super::scan::Scan;

/// A list of names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Names(
    /// One a line.
    String,
);

impl Names {
    /// The names in an array; what is none is left out.
    fn of(raw: Option<Raw<'_>>) -> Self {
        let mut names = Self::default();
        list::<Text<'_>>(raw).iter().for_each(|name| names.add(name));
        names
    }

    fn add(&mut self, name: &Text<'_>) {
        if let Some(name) = name.filled().filter(|name| !name.contains('\n')) {
            self.0.push_str(name);
            self.0.push('\n');
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.0.lines().any(|known| known == name)
    }
}

impl<'a> Value<'a> for Names {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        let (before, mut names) = (*scan, Self::default());
        let read = scan.array(|scan| {
            names.add(&scan.text()?);
            Some(())
        });
        if read.is_some() {
            return Some(names);
        }
        *scan = before;
        scan.raw().map(Self::of)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::<Raw<'de>>::deserialize(from).map(Self::of)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_left_out_however_the_list_is_read() {
        for text in [r#"["a.b", 7, "", "c", ["d"], {"e":"f"}, "g\u002e", "\n"]"#, r#"["a.b","c","\ud800","g."]"#] {
            let general: Names = serde_json::from_str(text).unwrap();
            let scanned = Names::take(&mut Scan::new(text)).unwrap();
            assert_eq!((&scanned, general.has("g.")), (&general, true), "{text}");
            assert!(
                general.has("a.b") && general.has("c") && !general.has("a") && !general.has("") && !general.has("d")
            );
        }
        assert!(Names::take(&mut Scan::new("{}")).unwrap().is_empty());
    }
}
