//! Values that nobody reads, passed over. Each function is told where something begins in the text and says where it
//! ends; `None` where it is not as it should be. What nobody has read yet is looked at throughout: what the general
//! reader would refuse is refused here too ([`value`]). In what is known to be JSON only the ends are looked for
//! ([`known`]), which is several times as fast.

/// Every byte of a word a one, and every byte's highest bit.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Passes over a value that nobody has read.
pub(super) fn value(text: &[u8], mut at: usize) -> Option<usize> {
    let mut open = Open::none();
    loop {
        at = space(text, at);
        at = match *text.get(at)? {
            b'"' => string(text, at + 1)?,
            b'{' => match close(text, at + 1, b'}') {
                Some(end) => end,
                None => {
                    open = open.with(true)?;
                    at = key(text, at + 1)?;
                    continue;
                }
            },
            b'[' => match close(text, at + 1, b']') {
                Some(end) => end,
                None => {
                    open = open.with(false)?;
                    at += 1;
                    continue;
                }
            },
            b't' => word(text, at, b"true")?,
            b'f' => word(text, at, b"false")?,
            b'n' => word(text, at, b"null")?,
            _ => number(text, at)?,
        };
        // Behind a value stands what ends it, and perhaps what is around it, or what begins the next one.
        loop {
            let Some(is_object) = open.last_is_object() else { return Some(at) };
            at = space(text, at);
            match (*text.get(at)?, is_object) {
                (b',', true) => at = key(text, at + 1)?,
                (b',', false) => at += 1,
                (b'}', true) | (b']', false) => {
                    open = open.without_last();
                    at += 1;
                    continue;
                }
                _ => return None,
            }
            break;
        }
    }
}

/// The objects and arrays that are open at a place: a bit each above a first one, set for an object. When there is no
/// room left for another one, the value is nested so deeply that it is read the general way.
#[derive(Clone, Copy)]
struct Open(u128);

impl Open {
    fn none() -> Self {
        Self(1)
    }

    fn with(self, is_object: bool) -> Option<Self> {
        (self.0.leading_zeros() > 0).then_some(Self((self.0 << 1) | u128::from(is_object)))
    }

    fn without_last(self) -> Self {
        Self(self.0 >> 1)
    }

    fn last_is_object(self) -> Option<bool> {
        (self.0 > 1).then_some(self.0 & 1 == 1)
    }
}

/// Passes over the bracket that closes what was only just opened, if it does.
fn close(text: &[u8], at: usize, bracket: u8) -> Option<usize> {
    let at = space(text, at);
    (*text.get(at)? == bracket).then_some(at + 1)
}

/// Passes over a key and its colon.
fn key(text: &[u8], at: usize) -> Option<usize> {
    let at = sign(text, at, b'"')?;
    sign(text, string(text, at)?, b':')
}

/// Passes over a value in a text that is known to be JSON.
pub(super) fn known(text: &[u8], at: usize) -> Option<usize> {
    let at = space(text, at);
    match *text.get(at)? {
        b'"' => string(text, at + 1),
        b'{' | b'[' => brackets(text, at + 1),
        _ => Some(scalar(text, at)),
    }
}

/// Passes over an object or an array that is known to be one, from behind the bracket that opens it: from string to
/// string, counting the brackets between them.
fn brackets(text: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 1usize;
    loop {
        at = bracket_or_quote(text, at)?;
        match text.get(at)? {
            b'"' => at = string(text, at + 1)?,
            b'{' | b'[' => (open, at) = (open + 1, at + 1),
            _ => (open, at) = (open - 1, at + 1),
        }
        if open == 0 {
            return Some(at);
        }
    }
}

/// Passes over a number or a word that is known to be one.
fn scalar(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | 0..=b' ');
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Passes over white space.
#[inline]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    // Nearly everything is above it.
    while let Some(0..=b' ') = text.get(at)
        && let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at)
    {
        at += 1;
    }
    at
}

/// Passes over a sign, and white space before it.
fn sign(text: &[u8], at: usize, sign: u8) -> Option<usize> {
    let at = space(text, at);
    (*text.get(at)? == sign).then_some(at + 1)
}

/// Passes over a word.
pub(super) fn word(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    text.get(at..)?.starts_with(word).then_some(at + word.len())
}

fn number(text: &[u8], at: usize) -> Option<usize> {
    let first = at + usize::from(*text.get(at)? == b'-');
    let mut at = digits(text, first)?;
    if *text.get(first)? == b'0' && at > first + 1 {
        return None;
    }
    if text.get(at) == Some(&b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let signed = matches!(text.get(at + 1), Some(b'+' | b'-'));
        at = digits(text, at + 1 + usize::from(signed))?;
    }
    Some(at)
}

fn digits(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > from).then_some(at)
}

/// Passes over a string, from behind the quote that opens it. Strings are most of what there is and mostly short, so
/// the masks that find their ends had better stay where they are from one to the next.
#[inline(always)]
pub(super) fn string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = special(text, at)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at = escape(text, at)?,
            _ => return None,
        }
    }
}

fn escape(text: &[u8], at: usize) -> Option<usize> {
    let end = match text.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at + 2,
        b'u' => at + 6,
        _ => return None,
    };
    let digits = text.get(at + 2..end)?;
    digits.iter().all(u8::is_ascii_hexdigit).then_some(end)
}

/// Where the next byte is that ends a string, begins an escape or may not stand in one.
pub(super) fn special(text: &[u8], at: usize) -> Option<usize> {
    first(text, at, |word| {
        // With one bit turned over, the quote stands right above the control characters, and the space no longer does.
        below(word ^ (ONES * 2), 0x21) | below(word ^ (ONES * u64::from(b'\\')), 1)
    })
}

/// Where the next bracket or quote is in what is known to be JSON, outside of its strings.
fn bracket_or_quote(text: &[u8], at: usize) -> Option<usize> {
    first(text, at, |word| {
        // One bit makes braces of square brackets; and of their neighbours (x, y, z, ~) none stands outside of strings.
        below((word | (ONES * 0x20)) ^ (ONES * 0x7c), 8) | below(word ^ (ONES * u64::from(b'"')), 1)
    })
}

/// Bytes that mark nothing, around a single one.
const FILLER: u64 = 0x6161_6161_6161_6100;

/// Where the first byte is for which `marks` sets the highest bit. Above the lowest such byte of a word it may be set
/// without cause.
#[inline(always)]
fn first(text: &[u8], at: usize, marks: impl Fn(u64) -> u64) -> Option<usize> {
    let mut rest = text.get(at..)?;
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        let found = marks(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(text.len() - rest.len() + found.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    let place = rest.iter().position(|byte| marks(u64::from(*byte) | FILLER) != 0)?;
    Some(text.len() - rest.len() + place)
}

/// The highest bit of every byte that is less than a limit.
fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word & HIGHS
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::Kind;
    use super::super::super::spoilt::heard;
    use super::*;

    #[test]
    fn what_is_special_is_found_at_every_place_of_a_word_and_behind_it() {
        for byte in 0..=u8::MAX {
            for place in 0..17 {
                let mut text = [b'a'; 17];
                text[place] = byte;
                let is = matches!(byte, b'"' | b'\\' | 0..=0x1f);
                assert_eq!(special(&text, 0), is.then_some(place), "{byte} at {place}");
            }
        }
    }

    #[test]
    fn what_is_known_ends_where_it_ends_for_who_looks_at_all_of_it() {
        let odd = r#" [ -1.5e+3 , "]}\"\\" , { "}" : [ ] , "a":{}} , null,true ] "#;
        for frame in Kind::ALL.into_iter().flat_map(heard).chain([odd.to_owned()]) {
            let text = frame.as_bytes();
            // Where a value stands, there is a sign before it and another one behind it.
            let begins = |at: &usize| matches!(text[..*at].trim_ascii_end().last(), None | Some(b'[' | b':' | b','));
            let stands = |end: usize| matches!(text[end..].first(), None | Some(b',' | b']' | b'}' | b' '));
            let ends = (0..text.len()).filter(begins).filter_map(|at| Some((at, value(text, at)?)));
            let ends: Vec<_> = ends.filter(|(_, end)| stands(*end)).collect();
            assert!(ends.len() > 3, "{frame}");
            for (at, end) in ends {
                assert_eq!(known(text, at), Some(end), "{frame} from {at}");
            }
        }
    }
}
