//! Structs filled from an object in one pass over its text. What the scan cannot read (an escaped key, a fraction for a
//! count, deep nesting) serde reads; both give the same.

use serde::{Deserialize, Deserializer};

use super::lax::{Flag, Int, Raw, Text};
use super::scan::Scan;

/// A struct whose fields a scan can fill.
pub(crate) trait Fields<'a>: Default + Deserialize<'a> {
    /// Takes the value that the scan stands before, or passes over it.
    fn field(&mut self, key: &str, scan: &mut Scan<'a>) -> Option<()>;

    /// Takes the object that the scan stands before.
    fn fill(&mut self, scan: &mut Scan<'a>) -> Option<()> {
        scan.object(|key, scan| self.field(key, scan))
    }
}

/// A value that a field can hold.
pub(crate) trait Value<'a>: Sized {
    fn take(scan: &mut Scan<'a>) -> Option<Self>;
}

/// Reads a text that may be anything; `None` when it is no object.
pub(crate) fn object_in<'a, T: Fields<'a>>(text: &'a str) -> Option<T> {
    object(Some(Raw::unread(text)))
}

/// Reads a value; `None` when it is no object.
pub(crate) fn object<'a, T: Fields<'a>>(raw: Option<Raw<'a>>) -> Option<T> {
    let raw = raw?;
    scanned(Scan::of(raw)).or_else(|| serde_json::from_str(raw.get()).ok())
}

fn scanned<'a, T: Fields<'a>>(mut scan: Scan<'a>) -> Option<T> {
    let mut object = T::default();
    object.fill(&mut scan)?;
    scan.end()?;
    Some(object)
}

impl<'a> Value<'a> for Text<'a> {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        scan.text()
    }
}

impl<'a> Value<'a> for Int {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        scan.whole().map(Int)
    }
}

impl<'a> Value<'a> for Flag {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        scan.flag()
    }
}

impl<'a> Value<'a> for Option<Raw<'a>> {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        scan.raw()
    }
}

/// An object in another one is read along with it; where something else stands it is absent.
impl<'a, T: Fields<'a>> Value<'a> for Option<T> {
    fn take(scan: &mut Scan<'a>) -> Option<Self> {
        let before = *scan;
        if scan.peek()? == b'{' {
            let mut object = T::default();
            if object.fill(scan).is_some() {
                return Some(Some(object));
            }
            *scan = before;
        }
        scan.raw().map(object)
    }
}

/// The same for serde.
pub(crate) fn nested<'de: 'a, 'a, D: Deserializer<'de>, T: Fields<'a>>(from: D) -> Result<Option<T>, D::Error> {
    Option::<Raw<'a>>::deserialize(from).map(object)
}

/// Says which key fills which field.
macro_rules! fields {
    ($name:ident $(<$of:lifetime>)? { $($key:literal => $field:ident,)* }) => {
        impl<'a> $crate::dialect::fields::Fields<'a> for $name $(<$of>)? {
            fn field(&mut self, key: &str, scan: &mut $crate::dialect::scan::Scan<'a>) -> Option<()> {
                match key {
                    $($key => self.$field = $crate::dialect::fields::Value::take(scan)?,)*
                    _ => scan.skip()?,
                }
                Some(())
            }
        }
    };
}
pub(crate) use fields;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Kind;
    use super::super::envelope::Envelope;
    use super::super::spoilt::{heard, spoilt};
    use super::*;

    #[test]
    fn a_scan_and_serde_read_the_same_of_a_frame() {
        for text in [
            r#"{"type":"event","event":"chat","seq":7,"ok":true,"payload":{"a":[1.5,null]},"new":{"type":1}}"#,
            r#"{"type":[1],"id":5,"ok":"yes","seq":null,"payload":null}"#,
            r#" { "type" : "r\u0065s" , "error" : "x\"y" } "#,
        ] {
            let shown = |frame: Envelope<'_>| format!("{frame:?}");
            assert_eq!(shown(scanned(Scan::new(text)).unwrap()), shown(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[derive(Debug, Default, Deserialize)]
    struct Outer<'a> {
        #[serde(default, borrow, deserialize_with = "nested")]
        inner: Option<Inner<'a>>,
        #[serde(default)]
        after: Int,
    }
    fields!(Outer<'a> { "inner" => inner, "after" => after, });

    #[derive(Debug, Default, Deserialize)]
    struct Inner<'a> {
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default)]
        count: Int,
    }
    fields!(Inner<'a> { "name" => name, "count" => count, });

    #[test]
    fn an_object_in_another_one_is_read_with_it_and_what_is_none_is_absent() {
        for inner in [r#"{"name":"a"}"#, r#"{"n\u0061me":"a"}"#, r#"{"count":1.5}"#, "{ }", "null", "7", r#""a""#] {
            let text = format!(r#"{{"inner": {inner},"after":1}}"#);
            let (scanned, general) = (scanned::<Outer<'_>>(Scan::new(&text)), serde_json::from_str::<Outer<'_>>(&text));
            assert_eq!(format!("{:?}", scanned.unwrap()), format!("{:?}", general.unwrap()), "{text}");
            let read: Outer<'_> = object_in(&text).unwrap();
            let name = read.inner.as_ref().and_then(|inner| inner.name.get());
            assert_eq!((name, read.after.0), (inner.contains("a\"}").then_some("a"), Some(1)), "{text}");
            let count = read.inner.and_then(|inner| inner.count.0);
            assert_eq!(count, inner.contains("count").then_some(1), "{text}");
        }
    }

    #[test]
    fn what_a_scan_leaves_to_serde_is_read_all_the_same() {
        let deep = format!(r#"{{"type":"event","payload":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        for text in [r#"{"t\u0079pe":"event"}"#, r#"{"type":"event","seq":7.9}"#, &deep] {
            assert!(scanned::<Envelope<'_>>(Scan::new(text)).is_none(), "{text}");
            assert_eq!(object_in::<Envelope<'_>>(text).unwrap().kind.get(), Some("event"), "{text}");
        }
        assert!(object_in::<Envelope<'_>>("7").is_none());
    }

    #[test]
    fn of_a_spoilt_frame_a_scan_reads_what_serde_reads_or_nothing() {
        for frame in Kind::ALL.into_iter().flat_map(heard) {
            assert!(scanned::<Envelope<'_>>(Scan::new(&frame)).is_some(), "{frame}");
            for text in spoilt(&frame) {
                let Some(read) = scanned::<Envelope<'_>>(Scan::new(&text)) else { continue };
                match serde_json::from_str::<Envelope<'_>>(&text) {
                    Ok(general) => assert_eq!(format!("{read:?}"), format!("{general:?}"), "{text}"),
                    // A scan takes the last of two values for one.
                    Err(error) => assert!(error.to_string().contains("duplicate field"), "{error}: {text}"),
                }
            }
        }
    }
}
