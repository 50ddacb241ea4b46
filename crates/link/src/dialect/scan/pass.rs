//! Values that nobody reads, passed over: what the general reader would refuse is refused here too. Each function is
//! told where something begins in the text and says where it ends; `None` where it is not as it should be.

/// A value nested deeper than this is read the general way.
const DEEPEST: usize = 100;

/// Every byte of a word a one, and every byte's highest bit.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Passes over a value.
pub(super) fn value(text: &[u8], at: usize) -> Option<usize> {
    value_within(text, at, DEEPEST)
}

fn value_within(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    let at = space(text, at);
    match *text.get(at)? {
        b'"' => string(text, at + 1),
        b'{' => object(text, at + 1, depth.checked_sub(1)?),
        b'[' => array(text, at + 1, depth.checked_sub(1)?),
        b't' => word(text, at, b"true"),
        b'f' => word(text, at, b"false"),
        b'n' => word(text, at, b"null"),
        _ => number(text, at),
    }
}

fn object(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    let mut at = space(text, at);
    if text.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        at = string(text, sign(text, at, b'"')?)?;
        at = value_within(text, sign(text, at, b':')?, depth)?;
        at = space(text, at);
        match text.get(at)? {
            b',' => at += 1,
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

fn array(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    let mut at = space(text, at);
    if text.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = space(text, value_within(text, at, depth)?);
        match text.get(at)? {
            b',' => at += 1,
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Passes over white space.
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
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

/// Passes over a string, from behind the quote that opens it.
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
pub(super) fn special(text: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = specials(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    Some(at + rest)
}

/// The highest bit of every byte that is special. Above the lowest such byte it may be set without cause.
fn specials(word: u64) -> u64 {
    // With one bit turned over, the quote stands right above the control characters, and the space no longer does.
    below(word ^ (ONES * 2), 0x21) | below(word ^ (ONES * u64::from(b'\\')), 1)
}

/// The same for bytes that are less than a limit.
fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word & HIGHS
}

#[cfg(test)]
mod tests {
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
}
