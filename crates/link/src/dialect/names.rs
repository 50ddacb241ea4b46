//! Names that a gateway lists by the hundred (its methods) and that are asked for now and then: kept as they came.

use serde::{Deserialize, Deserializer};

use super::fields::Value;
use super::lax::{Raw, Text, list};
use super::scan::Scan;

/// A list of names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Names(
    /// The array that it was.
    Box<str>,
);

impl Names {
    /// The names, one after the other; what is none is left out.
    pub fn all(&self) -> impl Iterator<Item = String> {
        let listed: Vec<Text<'_>> = list(Some(Raw::unread(&self.0)));
        listed.into_iter().filter_map(|name| name.owned())
    }

    fn of(raw: Option<Raw<'_>>) -> Self {
        Self(raw.map(Raw::get).unwrap_or_default().into())
    }
}

impl<'a> Value<'a> for Names {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
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
    fn what_is_no_name_is_left_out() {
        let text = r#"["a.b", 7, "", "c", ["d"], {"e":"f"}, "g\u002e"]"#;
        let (read, taken) = (serde_json::from_str::<Names>(text), Names::take(&mut Scan::new(text)));
        assert_eq!(read.unwrap(), taken.clone().unwrap());
        assert_eq!(taken.unwrap().all().collect::<Vec<_>>(), ["a.b", "c", "g."]);
        assert_eq!(Names::take(&mut Scan::new("null")).unwrap().all().count(), 0);
    }
}
