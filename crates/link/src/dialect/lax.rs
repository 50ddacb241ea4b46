//! Values read from strangers: a field of the wrong type counts as absent instead of
//! making its whole frame unreadable.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

pub(crate) use super::scan::Raw;
use super::scan::Scan;
use crate::event::Kept;

/// A string that borrows where it has no escapes; absent when it is no string.
#[derive(Debug, Default, Clone)]
pub(crate) struct Text<'a>(pub Option<Cow<'a, str>>);

impl Text<'_> {
    /// The string, if there is one.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The string, empty if there is none.
    pub fn or_empty(&self) -> &str {
        self.get().unwrap_or_default()
    }

    /// The string, if there is one with something in it.
    pub fn filled(&self) -> Option<&str> {
        self.get().filter(|text| !text.is_empty())
    }

    /// A copy of the string, if there is one with something in it.
    pub fn owned(&self) -> Option<String> {
        self.filled().map(str::to_owned)
    }

    /// A boxed copy of the string, if there is one with something in it.
    pub fn boxed(&self) -> Option<Box<str>> {
        self.filled().map(Box::from)
    }
}

/// An integer; fractions are cut, anything else is absent.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Int(pub Option<i64>);

impl Int {
    /// The number, if it is not negative.
    pub fn natural(self) -> Option<u64> {
        self.0.and_then(|number| u64::try_from(number).ok())
    }
}

/// A truth value; anything else is absent.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Flag(pub Option<bool>);

impl Flag {
    /// Whether it is there and true.
    pub fn set(self) -> bool {
        self.0 == Some(true)
    }
}

/// Reads `raw` as `T`, whatever is missing or of the wrong type being absent.
pub(crate) fn read<'a, T: Deserialize<'a>>(raw: Option<Raw<'a>>) -> Option<T> {
    let raw = raw?;
    scanned(Scan::of(raw)).or_else(|| serde_json::from_str(raw.get()).ok())
}

fn scanned<'a, T: Deserialize<'a>>(mut scan: Scan<'a>) -> Option<T> {
    let read = T::deserialize(&mut scan).ok()?;
    scan.end()?;
    Some(read)
}

/// The elements of an array that can be read; none when it is no array.
pub(crate) fn list<'a, T: Deserialize<'a>>(raw: Option<Raw<'a>>) -> Vec<T> {
    let Some(raw) = raw else { return Vec::new() };
    scanned_list(raw).unwrap_or_else(|| {
        let elements: Vec<Raw<'a>> = serde_json::from_str(raw.get()).unwrap_or_default();
        elements.into_iter().filter_map(|element| read(Some(element))).collect()
    })
}

fn scanned_list<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Option<Vec<T>> {
    let (mut elements, mut scan) = (Vec::new(), Scan::of(raw));
    scan.array(|scan| {
        let before = *scan;
        if let Ok(element) = T::deserialize(&mut *scan) {
            elements.push(element);
        } else {
            *scan = before;
            elements.extend(read(Some(scan.value()?)));
        }
        Some(())
    })?;
    scan.end()?;
    Some(elements)
}

/// The strings of an array, those that are empty or of another type left out.
pub(crate) fn words(raw: Option<Raw<'_>>) -> Vec<String> {
    list::<Text<'_>>(raw).iter().filter_map(Text::owned).collect()
}

/// The value as a tree. What is nested too deeply to be one stays text.
pub(crate) fn tree(raw: Option<Raw<'_>>) -> Value {
    raw.map_or(Value::Null, |raw| tree_of(raw.get()))
}

/// The value as it came, for whoever reads what was kept.
pub(crate) fn kept(raw: Option<Raw<'_>>) -> Kept {
    match raw {
        Some(raw) if raw.is_known() => keep_known(raw.get()),
        raw => keep_text(raw.map_or("null", Raw::get)),
    }
}

/// A text as it came. What is no JSON, or nested deeply, is made such by way of a tree.
pub(crate) fn keep_text(text: &str) -> Kept {
    let mut scan = Scan::new(text);
    let known = scan.skip().and_then(|()| scan.end()).is_some();
    if known { keep_known(text) } else { Kept::of(&tree_of(text)) }
}

/// JSON as it came. What stands on several lines is brought on one by way of a tree.
fn keep_known(text: &str) -> Kept {
    if is_one_line(text) { Kept::of_line(text) } else { Kept::of(&tree_of(text)) }
}

fn is_one_line(text: &str) -> bool {
    // All of it is looked at, many bytes at a time.
    !text.bytes().fold(false, |ends, byte| ends | (byte == b'\n') | (byte == b'\r'))
}

/// A text as a tree. What is no JSON, or nested too deeply, stays text.
pub(crate) fn tree_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(cut(text, 64 * 1024).to_owned()))
}

/// At most the first `bytes` bytes, never through a character.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Scalar).map(|read| match read {
            Read::Text(text) => Self(Some(text)),
            _ => Self(None),
        })
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Scalar).map(|read| match read {
            Read::Int(number) => Self(Some(number)),
            _ => Self(None),
        })
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Scalar).map(|read| match read {
            Read::Flag(flag) => Self(Some(flag)),
            _ => Self(None),
        })
    }
}

/// What a scalar turned out to be.
enum Read<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Flag(bool),
    Neither,
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Read<'de>, E> {
        Ok(Read::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read<'de>, E> {
        Ok(Read::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Read<'de>, E> {
        Ok(Read::Text(Cow::Owned(text)))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Read<'de>, E> {
        Ok(Read::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read<'de>, E> {
        Ok(Read::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Read<'de>, E> {
        Ok(i64::try_from(number).map_or(Read::Neither, Read::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Read<'de>, E> {
        // A float that is no time and no count (infinite, beyond 2^53) is nobody's integer.
        let sane = number.is_finite() && number.abs() < 9_007_199_254_740_992.0;
        Ok(if sane { Read::Int(number as i64) } else { Read::Neither })
    }

    fn visit_unit<E: Error>(self) -> Result<Read<'de>, E> {
        Ok(Read::Neither)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Read<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Read::Neither)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Read<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Read::Neither)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Kind;
    use super::super::spoilt::{heard, spoilt};
    use super::*;

    /// What a frame of any vendor has, read deeply enough to meet every kind of value.
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "compared as it is printed")]
    struct Frame<'a> {
        #[serde(rename = "type", default, borrow)]
        kind: Text<'a>,
        #[serde(default)]
        seq: Int,
        #[serde(default)]
        ok: Flag,
        #[serde(default, borrow)]
        payload: Option<Payload<'a>>,
        #[serde(default, borrow)]
        error: Option<Raw<'a>>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "compared as it is printed")]
    struct Payload<'a> {
        #[serde(default, borrow)]
        run_id: Text<'a>,
        #[serde(default)]
        ts: Int,
        #[serde(default, borrow)]
        data: Option<Raw<'a>>,
        #[serde(default, borrow)]
        message: Text<'a>,
    }

    #[derive(serde::Deserialize)]
    struct Row<'a> {
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default)]
        count: Int,
        #[serde(default)]
        on: Flag,
    }

    #[test]
    fn a_wrong_type_is_absent_and_spoils_nothing_else() {
        let row: Row<'_> = serde_json::from_str(r#"{"name":[1,{"a":2}],"count":7.9,"on":"yes"}"#).unwrap();
        assert_eq!((row.name.get(), row.count.0, row.on.0), (None, Some(7), None));
    }

    #[test]
    fn a_string_without_escapes_is_not_copied() {
        let row: Row<'_> = serde_json::from_str(r#"{"name":"plain"}"#).unwrap();
        assert!(matches!(row.name.0, Some(Cow::Borrowed("plain"))));
    }

    #[test]
    fn of_a_spoilt_value_a_scan_reads_what_the_general_reader_reads_or_nothing() {
        let frames: Vec<String> = Kind::ALL.into_iter().flat_map(heard).collect();
        let read = frames.iter().filter(|frame| scanned::<Frame<'_>>(Scan::new(frame)).is_some()).count();
        assert!(read * 10 > frames.len() * 9, "only {read} of {} are read", frames.len());
        for frame in frames {
            for text in spoilt(&frame) {
                if let Some(read) = scanned::<Frame<'_>>(Scan::new(&text)) {
                    let general: Frame<'_> = serde_json::from_str(&text).unwrap();
                    assert_eq!(format!("{read:?}"), format!("{general:?}"), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_a_scan_does_not_read_is_read_all_the_same() {
        for text in [r#"{"count":7.5,"on":true}"#, r#"{"c\u006funt":7,"on":true}"#] {
            assert!(scanned::<Row<'_>>(Scan::new(text)).is_none(), "{text}");
            let row: Row<'_> = read(Some(Raw::unread(text))).unwrap();
            assert_eq!((row.count.0, row.on.0), (Some(7), Some(true)), "{text}");
        }
        for text in [r#"{"on":true"#, r#"{"on":true}}"#, r#"{"on":true,}"#, r#"[,]"#, r#"{"on":true,"on":true}"#, "7"] {
            assert!(read::<Row<'_>>(Some(Raw::unread(text))).is_none(), "{text}");
        }
        assert!(
            scanned::<(i64, i64)>(Scan::new("[1,2,3]")).is_none()
                && scanned::<(i64, i64)>(Scan::new("[1,2]")).is_some()
        );
    }

    #[test]
    fn deep_nesting_stays_text_instead_of_ending_the_program() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(tree_of(&deep), Value::String(text) if text.len() == 64 * 1024));
    }

    #[test]
    fn a_cut_never_goes_through_a_character() {
        assert_eq!(cut("añb", 2), "a");
        assert_eq!(cut("añb", 3), "añ");
    }
}
