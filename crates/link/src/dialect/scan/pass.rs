//! Values that nobody reads, passed over: what the general reader would refuse is refused here too.

use super::Scan;

/// A value nested deeper than this is read the general way.
const DEEPEST: usize = 100;

impl Scan<'_> {
    /// Passes over a value.
    pub fn skip(&mut self) -> Option<()> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.pass_string(),
            b'{' => self.pass_object(depth.checked_sub(1)?),
            b'[' => self.pass_array(depth.checked_sub(1)?),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.pass_number(),
        }
    }

    fn pass_object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.next_is(b'}') {
            return Some(());
        }
        loop {
            self.peek()?;
            self.pass_string()?;
            self.take(b':')?;
            self.skip_within(depth)?;
            if !self.next_is(b',') {
                return self.take(b'}');
            }
        }
    }

    fn pass_array(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.next_is(b']') {
            return Some(());
        }
        loop {
            self.skip_within(depth)?;
            if !self.next_is(b',') {
                return self.take(b']');
            }
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn pass_number(&mut self) -> Option<()> {
        self.next_is(b'-');
        let first = self.byte(self.at)?;
        if self.digits()? > 1 && first == b'0' {
            return None;
        }
        if self.byte(self.at) == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        Some(())
    }

    /// How many digits were passed over; none is nothing.
    fn digits(&mut self) -> Option<usize> {
        let from = self.at;
        while self.digit().is_some() {
            self.at += 1;
        }
        (self.at > from).then_some(self.at - from)
    }

    /// Passes over a string that begins here.
    pub(super) fn pass_string(&mut self) -> Option<()> {
        if self.byte(self.at)? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            self.at = self.special(self.at)?;
            match self.byte(self.at)? {
                b'"' => break,
                b'\\' => self.pass_escape()?,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    fn pass_escape(&mut self) -> Option<()> {
        let length = match self.byte(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' => 6,
            _ => return None,
        };
        let digits = self.text.as_bytes().get(self.at + 2..self.at + length)?;
        self.at += length;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())
    }
}
