//! A value as the text that it was.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The name by which serde_json's `RawValue` asks for the text of a value.
pub(super) const NAME: &str = "$serde_json::private::RawValue";

/// A value as the text that it was, to be read when somebody needs it.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    text: &'a str,
    is: Is,
}

/// Whether a scan has passed over all of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// None has: it may be anything.
    Unread,
    /// One has: it is JSON, and not nested deeply.
    Known,
}

impl<'a> Raw<'a> {
    /// A text that may be anything.
    pub fn unread(text: &'a str) -> Self {
        Self { text, is: Is::Unread }
    }

    /// What a scan has passed over. Whoever reads it need not look again at what he passes over in it.
    pub(super) fn known(text: &'a str) -> Self {
        Self { text, is: Is::Known }
    }

    pub(super) fn is(self) -> Is {
        self.is
    }

    /// Whether a scan has passed over it.
    pub fn is_known(self) -> bool {
        self.is == Is::Known
    }

    /// The text.
    pub fn get(self) -> &'a str {
        self.text
    }
}

/// What it is, however it was read.
impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Raw").field(&self.text).finish()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(NAME, RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    /// A scan gives the text itself …
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::known(text))
    }

    /// … and serde_json a map with it.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Raw<'de>, A::Error> {
        let raw = <&RawValue>::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Raw::unread(raw.get()))
    }
}
