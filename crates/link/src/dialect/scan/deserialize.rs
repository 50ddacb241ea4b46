//! A scan as a source for serde: whatever derives `Deserialize` is filled in one pass. Like the scan it reads less than
//! JSON allows; what it refuses is for the general reader.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{Scan, raw};

/// Something that the scan does not read, or that the type does not take.
#[derive(Debug)]
pub(crate) struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not read by the scan")
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for &mut Scan<'de> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.peek().ok_or(Unread)? {
            b'"' => match self.string().ok_or(Unread)? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            b'{' => Elements::of(self, b'{', b'}').all(|entries| visitor.visit_map(entries)),
            b'[' => Elements::of(self, b'[', b']').all(|elements| visitor.visit_seq(elements)),
            b't' => self.word(b"true").ok_or(Unread).and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word(b"false").ok_or(Unread).and_then(|()| visitor.visit_bool(false)),
            b'n' => self.word(b"null").ok_or(Unread).and_then(|()| visitor.visit_unit()),
            _ => self.number().ok_or(Unread).and_then(|number| visitor.visit_i64(number)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.peek() {
            Some(b'n') => self.word(b"null").ok_or(Unread).and_then(|()| visitor.visit_none()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Unread> {
        if name != raw::NAME {
            return visitor.visit_newtype_struct(self);
        }
        visitor.visit_borrowed_str(self.value().ok_or(Unread)?.get())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.skip().ok_or(Unread)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// The elements of an array or the entries of an object, read one after the other.
struct Elements<'s, 'a> {
    scan: &'s mut Scan<'a>,
    /// The byte before the next element: what opens the whole, later a comma.
    before: u8,
    close: u8,
    closed: bool,
}

impl<'s, 'a> Elements<'s, 'a> {
    fn of(scan: &'s mut Scan<'a>, open: u8, close: u8) -> Self {
        Self { scan, before: open, close, closed: false }
    }

    /// What comes of the elements, if no more are left than were asked for.
    fn all<T>(mut self, read: impl FnOnce(&mut Self) -> Result<T, Unread>) -> Result<T, Unread> {
        let read = read(&mut self)?;
        if self.closed || !self.next()? { Ok(read) } else { Err(Unread) }
    }

    /// Whether there is another one.
    fn next(&mut self) -> Result<bool, Unread> {
        let first = self.before != b',';
        if self.scan.next_is(self.before) {
            self.before = b',';
            self.closed = first && self.scan.next_is(self.close);
        } else {
            self.scan.take(self.close).ok_or(Unread)?;
            self.closed = true;
        }
        Ok(!self.closed)
    }
}

impl<'a> SeqAccess<'a> for Elements<'_, 'a> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Unread> {
        if self.next()? { seed.deserialize(&mut *self.scan).map(Some) } else { Ok(None) }
    }
}

impl<'a> MapAccess<'a> for Elements<'_, 'a> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Unread> {
        if !self.next()? {
            return Ok(None);
        }
        let key = self.scan.key().ok_or(Unread)?;
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        seed.deserialize(&mut *self.scan)
    }
}
