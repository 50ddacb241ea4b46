//! What a vendor says and nobody here reads: kept as the text it came as.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A piece of JSON as it came, on one line. Only whoever wants its parts takes it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept(Box<str>);

impl Kept {
    /// A tree as one line.
    pub fn of(value: &Value) -> Self {
        Self(value.to_string().into())
    }

    /// What is known to be one line of JSON.
    pub(crate) fn of_line(line: &str) -> Self {
        Self(line.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(&self.0) {
            Ok(raw) => raw.serialize(to),
            Err(_) => to.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(|value| Self::of(&value))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{Body, Event};

    #[test]
    fn what_was_kept_is_written_as_it_came_and_read_again() {
        let text = r#"{"b":[1,2.50],"a":"\u00e4"}"#;
        let event = Event::new(1, Body::Health { value: Kept::of_line(text) });
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(written, format!(r#"{{"at":1,"event":"health","value":{text}}}"#));
        let read: Event = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&event).unwrap());
    }
}
