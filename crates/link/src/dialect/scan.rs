//! A JSON text taken apart in one pass, nothing copied: for the few frames that come in thousands. It reads less than
//! JSON allows, and then says `None`: whoever asks reads such a text the general way.

mod deserialize;
mod pass;
mod raw;

use std::borrow::Cow;

use super::lax::{Flag, Text};
use raw::Is;
pub(crate) use raw::Raw;

/// A place in a JSON text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    is: Is,
}

impl<'a> Scan<'a> {
    /// The beginning of a text that may be anything.
    pub fn new(text: &'a str) -> Self {
        Self::from(text, 0)
    }

    /// A place in a text that may be anything from there on.
    pub fn from(text: &'a str, at: usize) -> Self {
        Self { text, at, is: Is::Unread }
    }

    /// The beginning of a value.
    pub fn of(raw: Raw<'a>) -> Self {
        Self { text: raw.get(), at: 0, is: raw.is() }
    }

    /// Reads an object: `field` is shown each key, and takes the value that the scan stands before.
    pub fn object(&mut self, mut field: impl FnMut(&'a str, &mut Self) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.next_is(b'}') {
            return Some(());
        }
        let key = self.key()?;
        field(key, self)?;
        self.rest(field)
    }

    /// Reads on in an object, from behind a value of it.
    pub fn rest(&mut self, mut field: impl FnMut(&'a str, &mut Self) -> Option<()>) -> Option<()> {
        while self.next_is(b',') {
            let key = self.key()?;
            field(key, self)?;
        }
        self.take(b'}')
    }

    /// Reads an object that is also wanted as its text.
    pub fn object_as_text(&mut self, field: impl FnMut(&'a str, &mut Self) -> Option<()>) -> Option<Raw<'a>> {
        self.space();
        let before = *self;
        self.object(field)?;
        before.until(self).map(Raw::known)
    }

    /// Reads an array: `element` takes each value that the scan stands before.
    pub fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.next_is(b']') {
            return Some(());
        }
        element(self)?;
        while self.next_is(b',') {
            element(self)?;
        }
        self.take(b']')
    }

    fn key(&mut self) -> Option<&'a str> {
        let key = self.plain()?;
        self.take(b':')?;
        Some(key)
    }

    /// A string; without escapes it is not copied.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        let before = *self;
        if let Some(text) = self.plain() {
            return Some(Cow::Borrowed(text));
        }
        *self = before;
        serde_json::from_str(self.value()?.get()).ok().map(Cow::Owned)
    }

    /// A string without escapes.
    pub fn plain(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let (from, end) = (self.at, pass::special(self.text.as_bytes(), self.at)?);
        self.at = end + 1;
        if self.byte(end)? == b'"' { self.text.get(from..end) } else { None }
    }

    /// A string, or no text where something else stands.
    pub fn text(&mut self) -> Option<Text<'a>> {
        if self.peek()? == b'"' {
            return self.string().map(|text| Text(Some(text)));
        }
        self.skip().map(|()| Text(None))
    }

    /// A truth value, or nothing where something else stands.
    pub fn flag(&mut self) -> Option<Flag> {
        let flag = match self.peek()? {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        };
        self.skip().map(|()| Flag(flag))
    }

    /// A value as its text; nothing for `null`.
    pub fn raw(&mut self) -> Option<Option<Raw<'a>>> {
        let value = self.value()?;
        Some((value.get() != "null").then_some(value))
    }

    /// A value as its text.
    pub fn value(&mut self) -> Option<Raw<'a>> {
        self.space();
        let before = *self;
        self.skip()?;
        before.until(self).map(Raw::known)
    }

    /// The text from here to where another scan of it stands.
    pub fn until(&self, other: &Self) -> Option<&'a str> {
        self.text.get(self.at..other.at)
    }

    /// A whole number, or `null`.
    pub fn whole(&mut self) -> Option<Option<i64>> {
        if self.peek()? == b'n' {
            return self.word(b"null").map(|()| None);
        }
        self.number().map(Some)
    }

    /// Digits, perhaps with a sign. A fraction is for others to read.
    fn number(&mut self) -> Option<i64> {
        let negative = self.next_is(b'-');
        let first = self.at;
        let mut number = 0i64;
        while let Some(digit) = self.digit() {
            // More digits than surely fit are looked at below.
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            self.at += 1;
        }
        let length = self.at - first;
        let zeros_first = length > 1 && self.byte(first) == Some(b'0');
        let goes_on = matches!(self.byte(self.at), Some(b'.' | b'e' | b'E'));
        // Eighteen digits fit; of nineteen the general reader says whether they do.
        if length == 0 || length > 18 || zeros_first || goes_on {
            return None;
        }
        Some(if negative { -number } else { number })
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Option<()> {
        let text = self.text.as_bytes();
        self.at = match self.is {
            Is::Unread => pass::value(text, self.at)?,
            Is::Known => pass::known(text, self.at)?,
        };
        Some(())
    }

    /// Nothing but space is left.
    pub fn end(mut self) -> Option<()> {
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The value of the digit that stands here.
    fn digit(&self) -> Option<u8> {
        self.byte(self.at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
    }

    fn space(&mut self) {
        self.at = pass::space(self.text.as_bytes(), self.at);
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.at = pass::word(self.text.as_bytes(), self.at, word)?;
        Some(())
    }

    /// Passes over what must stand here literally.
    pub fn pass(&mut self, literally: &str) -> Option<()> {
        self.word(literally.as_bytes())
    }

    /// The next byte that is no white space.
    pub fn peek(&mut self) -> Option<u8> {
        let byte = self.byte(self.at)?;
        if byte > b' ' {
            return Some(byte);
        }
        self.space();
        self.byte(self.at)
    }

    fn next_is(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.next_is(byte).then_some(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Reads a string value, at every distance from the end of the text.
    fn strings(text: &str) -> Vec<Option<String>> {
        let read = |pad: usize| {
            let padded = format!("{text}{}", " ".repeat(pad));
            Scan::new(&padded).string().map(Cow::into_owned)
        };
        (0..17).map(read).collect()
    }

    #[test]
    fn a_string_is_what_the_general_reader_says_it_is() {
        for text in [
            r#""""#,
            r#""a""#,
            r#""seven c""#,
            r#""eight ch""#,
            r#""fifteen charact""#,
            r#""sixteen characte""#,
            r#""a\nb""#,
            r#""\\""#,
            r#""\"""#,
            r#""ä🦀\u00e4 and more of it""#,
            r#""a\ud83e\udd80""#,
            r#""\q""#,
            r#""\u12""#,
            "\"a\nb\"",
            "\"a\u{1}\"",
            "\"a\\\u{1}b\"",
            r#""open"#,
            r#""open\"#,
            r#""open\""#,
        ] {
            let general = serde_json::from_str::<String>(text).ok();
            assert_eq!(strings(text), vec![general; 17], "{text}");
        }
    }

    #[test]
    fn a_value_is_passed_over_only_where_the_general_reader_takes_it() {
        for text in [
            "1",
            "-1",
            "0",
            "-0",
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "[1, 2]",
            r#"{"a": [null, {"b": "}"}] }"#,
            " [ ] ",
            "01",
            "-",
            "[1,]",
            "[,]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "nul",
            "tru",
            "[1",
            "1 2",
            "1.5",
            "1.",
            ".5",
            "-1.5e+3",
            "1e",
            "1e5",
            "- 1",
            r#""a\n\u00e4""#,
            r#""\u00g0""#,
            r#""\x""#,
            "\"\n\"",
            "",
        ] {
            let mut scan = Scan::new(text);
            let passed = scan.skip().and_then(|()| scan.end()).is_some();
            assert_eq!(passed, serde_json::from_str::<Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_deep_or_no_whole_number_is_for_others() {
        for text in ["1.5", "1e3", "99999999999999999999"] {
            assert!(Scan::new(text).whole().is_none());
        }
        assert!(Scan::new(&"[".repeat(100_000)).skip().is_none());
    }

    #[test]
    fn the_fields_of_an_object_are_shown_in_their_order() {
        let (mut seen, mut scan) = (Vec::new(), Scan::new(r#" { "a" : 1 , "b":"x" } "#));
        let read = scan.object(|key, scan| {
            seen.push(key);
            scan.skip()
        });
        assert!(read.is_some() && scan.end().is_some());
        assert_eq!(seen, ["a", "b"]);
    }
}
