//! Structs filled from an object in one pass over its text. What the scan cannot read (an escaped key, a fraction for a
//! count, deep nesting) serde reads; both give the same.

use serde::Deserialize;

use super::lax::{Flag, Int, Raw, Text, read};
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

/// Reads an object; `None` when it is none.
pub(crate) fn object<'a, T: Fields<'a>>(text: &'a str) -> Option<T> {
    scanned(text).or_else(|| read(Some(Raw(text))))
}

fn scanned<'a, T: Fields<'a>>(text: &'a str) -> Option<T> {
    let (mut object, mut scan) = (T::default(), Scan::new(text));
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

/// Says which key fills which field.
macro_rules! fields {
    ($name:ident { $($key:literal => $field:ident,)* }) => {
        impl<'a> $crate::dialect::fields::Fields<'a> for $name<'a> {
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
            assert_eq!(shown(scanned(text).unwrap()), shown(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_a_scan_leaves_to_serde_is_read_all_the_same() {
        let deep = format!(r#"{{"type":"event","payload":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        for text in [r#"{"t\u0079pe":"event"}"#, r#"{"type":"event","seq":7.9}"#, &deep] {
            assert!(scanned::<Envelope<'_>>(text).is_none(), "{text}");
            assert_eq!(object::<Envelope<'_>>(text).unwrap().kind.get(), Some("event"), "{text}");
        }
        assert!(object::<Envelope<'_>>("7").is_none());
    }
    #[test]
    fn of_a_spoilt_frame_a_scan_reads_what_serde_reads_or_nothing() {
        for frame in Kind::ALL.into_iter().flat_map(heard) {
            assert!(scanned::<Envelope<'_>>(&frame).is_some(), "{frame}");
            for text in spoilt(&frame) {
                let Some(read) = scanned::<Envelope<'_>>(&text) else { continue };
                match serde_json::from_str::<Envelope<'_>>(&text) {
                    Ok(general) => assert_eq!(format!("{read:?}"), format!("{general:?}"), "{text}"),
                    // A scan takes the last of two values for one.
                    Err(error) => assert!(error.to_string().contains("duplicate field"), "{error}: {text}"),
                }
            }
        }
    }
}
